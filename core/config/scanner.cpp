#include "core/config/scanner.h"

namespace elbow {
namespace {

constexpr int kMaxDots = 32;

bool beyond_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

bool blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

void Scanner::scan() {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text_.substr(0, 3) == byte_order_mark) next_ = 3;
  int dots = 0, depth = 0;
  bool line_start = true, in_header = false;
  while (!done()) {
    const char c = peek();
    if (c == '#') {
      comment();
    } else if (c == '"' || c == '\'') {
      at_triple(c) ? long_text(c) : text(c);
      line_start = false;
    } else if (c == '[' && line_start && depth == 0) {
      header();
      in_header = true;
      line_start = false;
    } else {
      if (beyond_ascii(c)) refuse("only a text in quotes or a comment may go beyond ASCII");
      if (c == '=' || c == ',' || c == '\n') dots = 0;
      if (c == '.' && ++dots > kMaxDots) refuse("too many dots in a key");
      // The brackets of a header open no list.
      if (!in_header && (c == '[' || c == '{')) ++depth;
      if (!in_header && (c == ']' || c == '}')) --depth;
      if (c == '\n') in_header = false;
      line_start = c == '\n' || (line_start && blank(c));
      advance();
    }
  }
}

void Scanner::skip_blanks() {
  while (peek() == ' ' || peek() == '\t') advance();
}

void Scanner::header() {
  advance();
  skip_blanks();
  if (peek() == '[') advance();
  skip_blanks();
  const char c = peek();
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  const bool digit = (c >= '0' && c <= '9') || c == '-' || c == '_';
  if (!letter && !digit && c != '"' && c != '\'') refuse("a table's name is missing");
}

void Scanner::advance(std::size_t bytes) {
  for (; bytes > 0 && !done(); --bytes) {
    const char c = text_[next_++];
    if (c == '\n') {
      at_ = {at_.line + 1, 1};
    } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {
      ++at_.column;  // the first byte of a character
    }
  }
}

void Scanner::comment() {
  while (!done() && peek() != '\n') advance();
}

void Scanner::text(char quote) {
  advance();
  while (!done() && peek() != quote && peek() != '\n') {
    advance(quote == '"' && peek() == '\\' && peek(1) != '\n' ? 2 : 1);
  }
  if (peek() == quote) advance();
}

void Scanner::long_text(char quote) {
  advance(3);
  while (!done() && !at_triple(quote)) {
    if (quote == '"' && peek() == '\\') {
      advance();
      if (beyond_ascii(peek()) || blank(peek())) refuse("this is no character after a backslash");
    }
    advance();
  }
  // Two more quotes may belong to the text.
  advance(3);
  for (int i = 0; i < 2 && peek() == quote; ++i) advance();
}

void Scanner::refuse(const char* message) const { throw SyntaxError{at_, message}; }

}  // namespace elbow
