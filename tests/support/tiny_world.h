// The tiny worlds of problems/ under the names that tests use.
#pragma once

#include "problems/tiny_world.h"

namespace elbow::testing {

using problems::Choice;
using problems::fixed_numbers;
using problems::FunctionNetwork;
using problems::parameters_of;
using problems::TinyNetwork;
using problems::World;

}  // namespace elbow::testing
