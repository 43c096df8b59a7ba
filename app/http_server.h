// A small server of pages to programs on this machine.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace elbow::app {

struct HttpRequest {
  std::string path;                          ///< decoded, without the query
  std::map<std::string, std::string> query;  ///< decoded
  std::string if_none_match;
};

/// A file that is sent in pieces while it is read.
struct OpenFile {
  explicit OpenFile(int descriptor) : descriptor(descriptor) {}
  ~OpenFile();
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int descriptor;
};

struct HttpResponse {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::shared_ptr<OpenFile> file = {};  ///< instead of the body ...
  std::int64_t size = 0;                ///< ... this many bytes of it
};

/// Whether a Host header names this machine by its loopback address or as localhost: a page of
/// another site that has its name point here (DNS rebinding) sends its own.
bool is_loopback_host(const std::string& host);

/// Serves 127.0.0.1 only, GET and HEAD only, to requests whose Host is a loopback name. Four
/// requests at a time, one per connection, each within seconds; no request body is read.
class HttpServer {
 public:
  using Handler = std::function<HttpResponse(const HttpRequest&)>;
  /// The handler is called on several threads at once.
  explicit HttpServer(Handler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Listens and returns the port; 0 asks for any free one. Throws Error(usage) for a port that is
  /// taken.
  int start(int port);
  void stop();

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace elbow::app
