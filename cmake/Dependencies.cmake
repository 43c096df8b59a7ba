# What the project needs from outside, all from packages. A missing one is named with its Debian package.
function(elbow_need package debian)
  find_package(${package} ${ARGN} QUIET)
  if(NOT ${package}_FOUND)
    message(FATAL_ERROR "${package} was not found. On Debian: apt install ${debian}. "
                        "Elsewhere install it and point CMAKE_PREFIX_PATH at it. See README, Building.")
  endif()
endfunction()
macro(elbow_find package debian)
  elbow_need(${package} ${debian} ${ARGN})
  find_package(${package} ${ARGN} QUIET)
endmacro()

elbow_find(Torch libtorch-dev 1.13)
elbow_find(OpenMP g++)
elbow_find(Threads libc6-dev)
elbow_find(ZLIB zlib1g-dev)
elbow_find(PNG libpng-dev)
elbow_find(nlohmann_json nlohmann-json3-dev)
elbow_find(spdlog libspdlog-dev)
elbow_find(CLI11 libcli11-dev)

find_path(TOMLPLUSPLUS_INCLUDE toml++/toml.h)
if(NOT TOMLPLUSPLUS_INCLUDE)
  message(FATAL_ERROR "toml++ was not found. On Debian: apt install libtomlplusplus-dev.")
endif()
# Header-only, so that every TOML version and packaging builds the same way.
add_library(elbow_toml INTERFACE)
target_include_directories(elbow_toml SYSTEM INTERFACE ${TOMLPLUSPLUS_INCLUDE})
target_compile_definitions(elbow_toml INTERFACE TOML_HEADER_ONLY=1)
add_library(tomlplusplus::tomlplusplus ALIAS elbow_toml)

# Boost.Math, headers only: special functions and quadrature.
find_path(BOOST_INCLUDE boost/math/special_functions/digamma.hpp)
if(NOT BOOST_INCLUDE)
  message(FATAL_ERROR "Boost.Math was not found. On Debian: apt install libboost-dev.")
endif()
add_library(elbow_boost INTERFACE)
target_include_directories(elbow_boost SYSTEM INTERFACE ${BOOST_INCLUDE})

# LibTorch, with one header per operator so that a translation unit compiles in seconds.
add_library(elbow_torch INTERFACE)
target_link_libraries(elbow_torch INTERFACE ${TORCH_LIBRARIES})
target_include_directories(elbow_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
target_compile_definitions(elbow_torch INTERFACE AT_PER_OPERATOR_HEADERS)
# As C++20, clang takes LibTorch 1.13 only with this header before all others (docs/decisions.md).
target_compile_options(elbow_torch INTERFACE "$<$<CXX_COMPILER_ID:Clang>:SHELL:-include ATen/core/ivalue.h>")
string(REGEX MATCHALL "-D_GLIBCXX_USE_CXX11_ABI=[01]" ELBOW_TORCH_ABI "${TORCH_CXX_FLAGS}")
if(ELBOW_TORCH_ABI)
  add_compile_options(${ELBOW_TORCH_ABI})
endif()

# oneDNN does the matrix products where it is installed (libdnnl-dev); see math/sgemm.cpp.
find_library(ELBOW_DNNL_LIBRARY dnnl)
find_path(ELBOW_DNNL_INCLUDE dnnl.h)
if(NOT ELBOW_DNNL_LIBRARY OR NOT ELBOW_DNNL_INCLUDE)
  message(STATUS "oneDNN was not found: matrix products stay with BLAS, which is slower. "
                 "On Debian: apt install libdnnl-dev.")
endif()

# cpp-httplib for `elbow watch`. A packaged library and its header must agree on their macros, which pkg-config knows;
# without it the header is taken as the whole library.
find_path(HTTPLIB_INCLUDE httplib.h)
if(NOT HTTPLIB_INCLUDE)
  message(FATAL_ERROR "cpp-httplib was not found. On Debian: apt install libcpp-httplib-dev.")
endif()
find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
  pkg_check_modules(HTTPLIB QUIET cpp-httplib)
endif()
find_library(HTTPLIB_LIBRARY cpp-httplib)
if(HTTPLIB_LIBRARY AND NOT HTTPLIB_FOUND)
  message(FATAL_ERROR "${HTTPLIB_LIBRARY} is there, but pkg-config does not say with which macros it was built. "
                      "On Debian: apt install pkgconf.")
endif()
if(NOT HTTPLIB_LIBRARY)
  set(HTTPLIB_LIBRARY "")
endif()
# With TLS in it, its header's inline code calls OpenSSL directly.
if(HTTPLIB_CFLAGS_OTHER MATCHES "CPPHTTPLIB_OPENSSL_SUPPORT")
  find_package(OpenSSL REQUIRED)
  list(APPEND HTTPLIB_LIBRARY OpenSSL::SSL OpenSSL::Crypto)
endif()
