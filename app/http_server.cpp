// The one file that knows cpp-httplib.
#include "app/http_server.h"

#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <chrono>
#include <thread>

#include "core/error.h"

namespace elbow::app {
namespace {

constexpr std::size_t kThreads = 4, kPiece = 1 << 16;
constexpr int kSeconds = 10;

/// What every answer says: nothing from elsewhere is loaded, nobody may embed it.
void add_headers(httplib::Response& to) {
  to.set_header("Content-Security-Policy",
                "default-src 'self' 'unsafe-inline' data:; frame-ancestors 'self'; base-uri "
                "'none'; form-action 'none'");
  to.set_header("X-Content-Type-Options", "nosniff");
  to.set_header("Cross-Origin-Resource-Policy", "same-origin");
  to.set_header("Referrer-Policy", "no-referrer");
}

void refuse(httplib::Response& to, int status, const std::string& text) {
  add_headers(to);
  to.status = status;
  to.set_content(text + "\n", "text/plain; charset=utf-8");
}

void send(HttpResponse answer, httplib::Response& to) {
  add_headers(to);
  to.status = answer.status;
  for (const auto& [name, value] : answer.headers) to.set_header(name.c_str(), value.c_str());
  if (!answer.file) {
    to.set_content(answer.body, answer.type.c_str());
    return;
  }
  to.set_content_provider(static_cast<std::size_t>(answer.size), answer.type.c_str(),
                          [file = std::move(answer.file)](std::size_t offset, std::size_t length,
                                                          httplib::DataSink& sink) {
                            char piece[kPiece];
                            const ssize_t n =
                                pread(file->descriptor, piece, std::min(length, kPiece),
                                      static_cast<off_t>(offset));
                            return n > 0 && sink.write(piece, static_cast<std::size_t>(n));
                          });
}

}  // namespace

OpenFile::~OpenFile() {
  if (descriptor >= 0) close(descriptor);
}

bool is_loopback_host(const std::string& host) {
  std::string name = host;
  const auto colon = name.rfind(':');
  const bool bracketed = !name.empty() && name.front() == '[';
  if (colon != std::string::npos && (!bracketed || name[colon - 1] == ']')) {
    const std::string port = name.substr(colon + 1);
    const bool digits =
        !port.empty() && port.size() <= 5 &&
        std::all_of(port.begin(), port.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
    if (!digits) return false;
    name.resize(colon);
  }
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name == "127.0.0.1" || name == "localhost" || name == "[::1]";
}

struct HttpServer::Implementation {
  void answer(const httplib::Request& request, httplib::Response& to) const;

  Handler handler;
  httplib::Server server;
  std::thread thread;
  std::atomic<bool> ended{false};
};

void HttpServer::Implementation::answer(const httplib::Request& request,
                                        httplib::Response& to) const {
  if (!is_loopback_host(request.get_header_value("Host"))) {
    return refuse(to, 403, "This server answers to 127.0.0.1 and localhost only.");
  }
  if (request.method != "GET" && request.method != "HEAD") {
    to.set_header("Allow", "GET, HEAD");
    return refuse(to, 405, "Only GET and HEAD: this server changes nothing.");
  }
  // The library would cut a body into any number of pieces.
  if (!request.ranges.empty()) return refuse(to, 416, "Ranges are not served; see ?from=BYTE.");
  HttpRequest asked{.path = request.path,
                    .query = {},
                    .if_none_match = request.get_header_value("If-None-Match")};
  for (const auto& [name, value] : request.params) asked.query[name] = value;
  try {
    send(handler(asked), to);
  } catch (const std::exception& error) {
    refuse(to, 500, error.what());
  }
}

HttpServer::HttpServer(Handler handler) : implementation_(std::make_unique<Implementation>()) {
  implementation_->handler = std::move(handler);
  httplib::Server& server = implementation_->server;
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server.set_keep_alive_max_count(1);  // a tab that waits holds no thread
  server.set_read_timeout(kSeconds, 0);
  server.set_write_timeout(kSeconds, 0);
  server.set_payload_max_length(1024);
  // The library's own options would let a second server share the port unseen.
  server.set_socket_options([](socket_t socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  // Before the library's own routing, which matches paths against regular expressions.
  server.set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& to) {
    implementation_->answer(request, to);
    return httplib::Server::HandlerResponse::Handled;
  });
}

HttpServer::~HttpServer() { stop(); }

int HttpServer::start(int port) {
  httplib::Server& server = implementation_->server;
  if (port == 0) {
    port = server.bind_to_any_port("127.0.0.1");
    if (port < 0) throw Error("error: no free port on 127.0.0.1.");
  } else if (!server.bind_to_port("127.0.0.1", port)) {
    throw Error("error: port " + std::to_string(port) +
                    " of 127.0.0.1 is taken or not allowed. Give another --port, or --port 0 for "
                    "any free one.",
                ExitCode::usage);
  }
  implementation_->thread = std::thread([this, &server] {
    server.listen_after_bind();
    implementation_->ended = true;
  });
  // The library forgets a stop() from before it listens.
  while (!server.is_running() && !implementation_->ended) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return port;
}

void HttpServer::stop() {
  if (!implementation_->thread.joinable()) return;
  implementation_->server.stop();
  implementation_->thread.join();
}

}  // namespace elbow::app
