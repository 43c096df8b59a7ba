// Small text helpers: edit distance, suggestions, lists in words, text that is safe to print.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace elbow {

/// Damerau-Levenshtein distance (optimal string alignment): insertions, deletions, substitutions
/// and swaps of neighbours, in bytes. Both at most 256 bytes; longer ones are compared by length
/// only.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate that `word` probably meant: nearest by edit distance, letter case and '-' for '_'
/// ignored, at most one edit in three letters (at least one); the first one at a tie. "" if none.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// "; did you mean 'beta'?" or "".
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

/// {"a", "b", "c"} -> "a, b or c" with `last` = "or". `quote` goes around each.
std::string in_words(const std::vector<std::string>& items, std::string_view last,
                     std::string_view quote = "'");

/// Pieces between the separators; one empty piece for "".
std::vector<std::string> split(std::string_view text, char separator);

/// `text` without anything that a terminal would obey: controls (C0 but tab and line feed, DEL, C1)
/// and marks that turn the direction of text become \u001b, bytes that are no UTF-8 \xff. All
/// other characters stay. For everything shown that the program has not written itself.
std::string printable(std::string_view text);

/// How many bytes at the end of `text` begin a UTF-8 character that is cut off; 0 to 3.
std::size_t unfinished_bytes(std::string_view text);

}  // namespace elbow
