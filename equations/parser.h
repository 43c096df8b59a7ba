// Reads equations.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "equations/expression.h"
#include "equations/message.h"

namespace elbow::equations {

/// Tree of a text; null where nothing could be read, and then `messages` says why. All mistakes of
/// syntax are reported at once. Grammar, loosest first:
///   sum      = product { (+ | -) product }
///   product  = unary { (* | /) unary }
///   unary    = - unary | + unary | power
///   power    = value [ ^ unary ]
///   value    = number | name | ( sum ) | function ( arguments ) | function power
///            | E_law [ sum ] | E_law power | sum_index ( sum ) | sum_index power
///   arguments = sum { (, | ; | ||) sum } [ | sum { , sum } ]
/// A function without parentheses (ln p(x|z)) takes the next power. Texts of more than 64 KiB and
/// trees deeper than kMostDepth are errors.
ExpressionPtr parse(std::string_view text, std::vector<Message>& messages);

/// The same, for text that must be right: throws Error(usage) with the messages as `shown`.
ExpressionPtr parse_or_throw(std::string_view text, const Place& place);

}  // namespace elbow::equations
