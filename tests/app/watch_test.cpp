// elbow watch over raw sockets: what it answers, and above all what it does not.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct Answer {
  int status = 0;
  std::string head, body;
  std::string header(const std::string& name) const {
    const auto at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "";
    const auto begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
};

/// Sends bytes as they are and reads until the other side closes.
Answer converse(int port, const std::string& bytes) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  Answer answer;
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
      send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size())) {
    std::string all;
    char buffer[65536];
    for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0;) {
      all.append(buffer, static_cast<std::size_t>(n));
    }
    const auto end = all.find("\r\n\r\n");
    answer.head = all.substr(0, end);
    answer.body = end == std::string::npos ? "" : all.substr(end + 4);
    if (all.size() > 12) answer.status = std::atoi(all.c_str() + 9);
  }
  close(fd);
  return answer;
}

Answer get(int port, const std::string& target, const std::string& more = "",
           const std::string& method = "GET") {
  return converse(port, method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" +
                            std::to_string(port) + "\r\n" + more + "\r\n");
}

struct WatchSlow : ::testing::Test {
  WatchSlow() {
    dir.write("runs/a b/config.toml", "[run]\n");
    dir.write("runs/a b/status.json",
              R"({"status":"finished","step":40,"total_steps":50,"heartbeat":1.0,"pid":7})");
    dir.write("runs/a b/metrics.jsonl", line(1) + line(2));
    dir.write("runs/a b/terms.json", "{}");
    dir.write("runs/a b/samples/step_000001.png", "picture");
    dir.write("runs/a b/.lock", "");
    dir.write("runs/no-run/notes.txt", "private");
    dir.write("secret/config.toml", "[run]\n");
    dir.write("secret/metrics.jsonl", "secret");
  }
  static std::string line(int step) {
    return "{\"step\":" + std::to_string(step) + ",\"split\":\"train\",\"loss\":1.5}\n";
  }
  /// Serves the runs while `client` works with the port, then interrupts.
  ProgramResult serve(const std::function<void(int port)>& client) {
    const fs::path out = dir / "address";
    int port = 0;
    return run_program(
        {"bash", "-c", "exec \"$0\" watch \"$1\" --port 0 >\"$2\"", ELBOW_PROGRAM,
         (dir / "runs").string(), out.string()},
        {},
        [&] {
          if (!fs::exists(out)) return false;
          const std::string text = read_file(out);
          if (text.empty() || text.back() != '\n') return false;
          port = std::atoi(text.substr(text.rfind(':') + 1).c_str());
          client(port);
          return true;
        },
        SIGINT);
  }
  TempDir dir;
};

TEST_F(WatchSlow, ServesTheListTheLivePageAndEndsWithZero) {
  const auto result = serve([&](int port) {
    EXPECT_GT(port, 0);
    const Answer list = get(port, "/");
    EXPECT_EQ(list.status, 200);
    EXPECT_THAT(list.header("Content-Security-Policy"), HasSubstr("default-src 'self'"));
    const json runs = json::parse(get(port, "/api/runs").body);
    ASSERT_EQ(runs.size(), 1u) << "a folder without config.toml is no run";
    EXPECT_EQ(runs[0]["name"], "a b");
    EXPECT_EQ(runs[0]["state"], "finished");
    EXPECT_EQ(runs[0]["step"], 40);
    EXPECT_EQ(runs[0]["report"], false);
    const Answer page = get(port, "/runs/a%20b/");
    EXPECT_EQ(page.status, 200);
    EXPECT_THAT(page.body, HasSubstr("<canvas"));
    for (const std::string& body : {list.body, page.body}) {
      EXPECT_THAT(body, Not(HasSubstr("http"))) << "nothing from elsewhere";
    }
    EXPECT_EQ(get(port, "/runs/a%20b/samples").body, "[\"step_000001.png\"]");
    EXPECT_EQ(get(port, "/runs/a%20b/samples/step_000001.png").body, "picture");
    EXPECT_EQ(get(port, "/runs/a%20b/report").status, 404);
    dir.write("runs/a b/report.html", "<p>whole</p>");
    EXPECT_EQ(get(port, "/runs/a%20b/report").body, "<p>whole</p>");
    const Answer head = get(port, "/runs/a%20b/report", "", "HEAD");
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.body, "");
    EXPECT_EQ(head.header("Content-Length"), "12");
  });
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

TEST_F(WatchSlow, PollsByByteWhileTheFileGrows) {
  const fs::path file = dir / "runs/a b/metrics.jsonl";
  const std::string target = "/runs/a%20b/metrics?from=";
  serve([&](int port) {
    const Answer first = get(port, target + "0");
    EXPECT_EQ(first.body, line(1) + line(2));
    const std::string next = first.header("X-Next");
    EXPECT_EQ(next, std::to_string(first.body.size()));
    const Answer idle = get(port, target + next);
    EXPECT_EQ(idle.status, 200);
    EXPECT_EQ(idle.body, "");
    const std::string match = "If-None-Match: " + idle.header("ETag") + "\r\n";
    EXPECT_EQ(get(port, target + next, match).status, 304);
    // A line that is half written waits.
    std::ofstream(file, std::ios::app) << line(3).substr(0, 9);
    EXPECT_EQ(get(port, target + next, match).status, 304);
    std::ofstream(file, std::ios::app) << line(3).substr(9);
    const Answer grown = get(port, target + next, match);
    EXPECT_EQ(grown.status, 200);
    EXPECT_EQ(grown.body, line(3));
    EXPECT_EQ(get(port, target + "100000").status, 409) << "a file that was cut";
    EXPECT_EQ(get(port, target + "-1").status, 400);
    EXPECT_EQ(get(port, target + "1e3").status, 400);
    // Another process goes on with the run: what was read may no longer be so.
    dir.write("runs/a b/status.json", R"({"status":"running","pid":8})");
    EXPECT_NE(get(port, target + next).header("X-Session"), grown.header("X-Session"));
  });
}

TEST_F(WatchSlow, OneAnswerIsBounded) {
  std::string many;
  while (many.size() < 1'000'000) many += line(static_cast<int>(many.size()));
  dir.write("runs/a b/metrics.jsonl", many);
  serve([&](int port) {
    std::string all;
    int answers = 0;
    for (std::string next = "0"; all.size() < many.size() && answers < 10; ++answers) {
      const Answer piece = get(port, "/runs/a%20b/metrics?from=" + next);
      EXPECT_LE(piece.body.size(), 256u * 1024u);
      EXPECT_EQ(piece.body.back(), '\n');
      all += piece.body;
      next = piece.header("X-Next");
    }
    EXPECT_EQ(all, many);
    EXPECT_EQ(answers, 4);
  });
}

TEST_F(WatchSlow, ALineLongerThanAPieceComesWhole) {
  const std::string longest = "{\"step\":1,\"note\":\"" + std::string(700'000, 'x') + "\"}\n",
                    next = line(2);
  dir.write("runs/a b/metrics.jsonl", longest + next);
  serve([&](int port) {
    const Answer first = get(port, "/runs/a%20b/metrics?from=0");
    EXPECT_TRUE(first.body.starts_with(longest));
    const Answer rest = get(port, "/runs/a%20b/metrics?from=" + first.header("X-Next"));
    EXPECT_EQ(first.body + rest.body, longest + next);
  });
}

TEST_F(WatchSlow, ARunWithoutASignOfLifeSaysNoTime) {
  dir.write("runs/a b/status.json", R"({"status":"running","step":0})");
  fs::remove_all(dir / "runs/a b/samples");
  fs::create_directory(dir / "elsewhere");
  dir.write("elsewhere/private.png", "x");
  fs::create_directory_symlink(dir / "elsewhere", dir / "runs/a b/samples");
  serve([&](int port) {
    const json run = json::parse(get(port, "/api/runs").body).at(0);
    EXPECT_TRUE(run["silent_seconds"].is_null());
    EXPECT_EQ(run["state"], "running");
    // Nor is a linked folder of pictures listed.
    EXPECT_EQ(json::parse(get(port, "/runs/a%20b/samples").body), json::array());
  });
}

TEST_F(WatchSlow, RefusesOtherHostsMethodsAndPaths) {
  fs::create_directory_symlink(dir / "secret", dir / "runs/linked");
  fs::create_symlink(dir / "secret/metrics.jsonl", dir / "runs/a b/report.html");
  fs::create_symlink(dir / "secret/metrics.jsonl", dir / "runs/a b/samples/x.png");
  const auto result = serve([&](int port) {
    for (const char* host :
         {"evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example",
          "[::1].evil", "127.0.0.1:80:80", "10.0.0.1", ""}) {
      const Answer answer = converse(
          port, std::string("GET / HTTP/1.1\r\nHost: ") + host + "\r\nConnection: close\r\n\r\n");
      EXPECT_EQ(answer.status, 403) << host;
    }
    EXPECT_EQ(converse(port, "GET / HTTP/1.0\r\n\r\n").status, 403) << "no Host";
    EXPECT_EQ(converse(port, "GET / HTTP/1.1\r\nHost: LOCALHOST\r\n\r\n").status, 200);
    for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS"}) {
      const Answer answer = get(port, "/runs/a%20b/metrics", "Content-Length: 0\r\n", method);
      EXPECT_EQ(answer.status, 405) << method;
      EXPECT_EQ(answer.header("Allow"), "GET, HEAD");
    }
    for (const char* target :
         {"/../secret/metrics.jsonl", "/runs/../secret/metrics", "/runs/%2e%2e/metrics",
          "/runs/..%2fsecret/metrics", "/runs/a%20b/..%2f..%2f..%2fsecret%2fmetrics.jsonl",
          "/runs/a%20b/samples/..%2f..%2f..%2fsecret%2fmetrics.png",
          "/runs/a%20b/samples/%2e%2e%2fmetrics.jsonl", "/runs/a%20b/.lock",
          "/runs/a%20b/config.toml", "/runs/a%20b/samples/x.png", "/runs/a%20b/report",
          "/runs/linked/metrics", "/runs/no-run/", "/runs//metrics", "//etc/passwd",
          "/runs/a%20b/samples/x%00.png"}) {
      const Answer answer = get(port, target);
      EXPECT_TRUE(answer.status == 404 || answer.status == 400) << target << ": " << answer.status;
      EXPECT_THAT(answer.body, Not(HasSubstr("secret"))) << target;
    }
  });
  EXPECT_EQ(result.exit_code, 0);
}

TEST_F(WatchSlow, ATakenPortAndAMissingFolderAreUsageErrors) {
  serve([&](int port) {
    const auto second =
        run_program({"elbow", "watch", (dir / "runs").string(), "--port", std::to_string(port)});
    EXPECT_EQ(second.exit_code, 2);
    EXPECT_THAT(second.err, HasSubstr("--port 0"));
  });
  const auto missing = run_program({"elbow", "watch", (dir / "nowhere").string()});
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_THAT(missing.err, HasSubstr("nowhere"));
}

}  // namespace
}  // namespace elbow::testing
