// A web server on this machine for tests: one thread, one connection at a time.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace elbow::testing {

/// What the server answers. A body cut by `cut_at` breaks the connection with the length unkept.
struct Reply {
  int status = 200;
  std::string body;
  bool ranges = true;  ///< honours "Range: bytes=N-"
  std::size_t cut_at = std::string::npos;
};

struct Request {
  std::string path;      ///< "/good/file.gz"
  std::size_t from = 0;  ///< first byte asked for
};

class FileServer {
 public:
  explicit FileServer(std::function<Reply(const std::string& path)> answer)
      : answer_(std::move(answer)), socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    if (socket_ < 0 || bind(socket_, raw, size) != 0 || listen(socket_, 16) != 0 ||
        getsockname(socket_, raw, &size) != 0) {
      throw std::runtime_error("no local server");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  FileServer(const FileServer&) = delete;
  FileServer& operator=(const FileServer&) = delete;
  ~FileServer() {
    shutdown(socket_, SHUT_RDWR);
    thread_.join();
    close(socket_);
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::vector<Request> requests() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return requests_;
  }

 private:
  void serve() {
    for (;;) {
      const int connection = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) return;
      converse(connection);
      close(connection);
    }
  }

  void converse(int connection) {
    std::string head;
    char buffer[4096];
    while (head.find("\r\n\r\n") == std::string::npos) {
      const ssize_t n = recv(connection, buffer, sizeof buffer, 0);
      if (n <= 0) return;
      head.append(buffer, static_cast<std::size_t>(n));
    }
    Request request;
    const auto space = head.find(' ');
    request.path = head.substr(space + 1, head.find(' ', space + 1) - space - 1);
    if (const auto range = head.find("Range: bytes="); range != std::string::npos) {
      request.from = std::stoul(head.substr(range + 13));
    }
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      requests_.push_back(request);
    }
    Reply reply = answer_(request.path);
    std::string extra;
    if (reply.status == 200 && reply.ranges && request.from > 0) {
      const std::string total = std::to_string(reply.body.size());
      if (request.from >= reply.body.size()) {
        extra = "Content-Range: bytes */" + total + "\r\n";
        reply = {.status = 416, .body = ""};
      } else {
        extra = "Content-Range: bytes " + std::to_string(request.from) + "-" +
                std::to_string(reply.body.size() - 1) + "/" + total + "\r\n";
        reply.body.erase(0, request.from);
        reply.status = 206;
      }
    }
    const std::string message = "HTTP/1.1 " + std::to_string(reply.status) + " Answer\r\n" + extra +
                                "Content-Length: " + std::to_string(reply.body.size()) +
                                "\r\nConnection: close\r\n\r\n" +
                                reply.body.substr(0, reply.cut_at);
    std::size_t sent = 0;
    while (sent < message.size()) {
      const ssize_t n =
          send(connection, message.data() + sent, message.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) return;
      sent += static_cast<std::size_t>(n);
    }
  }

  std::function<Reply(const std::string&)> answer_;
  int socket_;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<Request> requests_;
  std::thread thread_;
};

}  // namespace elbow::testing
