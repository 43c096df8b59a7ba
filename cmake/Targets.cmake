# One library per top-level folder, its sources found by being there; one table of components.
add_library(elbow_options INTERFACE)
target_include_directories(elbow_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(elbow_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion)
# Errors only on the compilers that the project is developed with: others know other warnings.
if((CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13) OR
   (CMAKE_CXX_COMPILER_ID STREQUAL Clang AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 15))
  set(ELBOW_WERROR_DEFAULT ON)
else()
  set(ELBOW_WERROR_DEFAULT OFF)
endif()
option(ELBOW_WERROR "Warnings are errors" ${ELBOW_WERROR_DEFAULT})
if(ELBOW_WERROR)
  target_compile_options(elbow_options INTERFACE -Werror)
endif()
if(ELBOW_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  # GCC documents that the sanitisers' code makes this warning fire on correct code.
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  add_link_options(-fsanitize=address,undefined)
endif()

function(elbow_library name)
  cmake_parse_arguments(ARG "" "" "DIRECTORIES;LINKS" ${ARGN})
  set(sources)
  foreach(directory ${ARG_DIRECTORIES})
    file(GLOB found CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${directory}/*.cpp)
    list(APPEND sources ${found})
  endforeach()
  list(FILTER sources EXCLUDE REGEX "/math/sgemm\\.cpp$")  # linked into programs only
  add_library(elbow_${name} STATIC ${sources})
  set_target_properties(elbow_${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_link_libraries(elbow_${name} PUBLIC elbow_options ${ARG_LINKS})
endfunction()

# Hot loops: contracts that let the compiler vectorise them. Files named math/*_kernels.cpp.
file(GLOB kernels CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/math/*_kernels.cpp
     ${CMAKE_SOURCE_DIR}/math/*/*_kernels.cpp ${CMAKE_SOURCE_DIR}/data/*_kernels.cpp)
set_source_files_properties(${kernels} PROPERTIES COMPILE_OPTIONS
  "-O3;-fno-math-errno;-fno-trapping-math;-fopenmp-simd;-ffp-contract=fast")

# LibTorch imports sgemm_; a program that links this target defines it and sends it to oneDNN.
# An empty target where oneDNN is absent, under sanitisers, and where it is switched off.
option(ELBOW_ONEDNN_MATMUL "Send float32 matrix products to oneDNN" ON)
add_library(elbow_sgemm INTERFACE)
if(ELBOW_ONEDNN_MATMUL AND NOT ELBOW_SANITIZE AND ELBOW_DNNL_LIBRARY AND ELBOW_DNNL_INCLUDE)
  add_library(elbow_sgemm_object OBJECT ${CMAKE_SOURCE_DIR}/math/sgemm.cpp)
  target_include_directories(elbow_sgemm_object SYSTEM PRIVATE ${ELBOW_DNNL_INCLUDE})
  target_link_libraries(elbow_sgemm_object PRIVATE elbow_options)
  target_sources(elbow_sgemm INTERFACE $<TARGET_OBJECTS:elbow_sgemm_object>)
  target_link_libraries(elbow_sgemm INTERFACE ${ELBOW_DNNL_LIBRARY} ${CMAKE_DL_LIBS})
endif()

# Writes the table of components: each .cpp of these folders defines
# elbow::components::<folder>_<stem>::entry(). MORE_OBJECTIVES: objectives outside those folders (tests). THROUGH: a
# header with testing::spoilt(), which every entry goes through (tests).
function(elbow_component_table target)
  cmake_parse_arguments(ARG "" "THROUGH" "MORE_OBJECTIVES;MORE_PENALTIES" ${ARGN})
  set(include "")
  if(ARG_THROUGH)
    set(include "#include \"${ARG_THROUGH}\"\n")
  endif()
  set(declarations "")
  set(tables "")
  foreach(group "vae gan|ObjectiveEntry|objective" "penalties|PenaltyEntry|penalty"
                "likelihoods|LikelihoodEntry|likelihood" "priors|PriorEntry|prior"
                "dynamics|DynamicsEntry|dynamics")
    string(REPLACE "|" ";" parts ${group})
    list(GET parts 0 folders)
    list(GET parts 1 type)
    list(GET parts 2 name)
    separate_arguments(folders)
    string(APPEND tables "const std::vector<${type}>& ${name}_entries() {\n"
                         "  static const std::vector<${type}> table = [] {\n"
                         "    std::vector<${type}> t;\n")
    set(files)
    foreach(folder ${folders})
      file(GLOB found CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/objectives/${folder}/*.cpp)
      list(APPEND files ${found})
    endforeach()
    if(name STREQUAL objective)
      list(APPEND files ${ARG_MORE_OBJECTIVES})
    elseif(name STREQUAL penalty)
      list(APPEND files ${ARG_MORE_PENALTIES})
    endif()
    foreach(file ${files})
      file(RELATIVE_PATH source ${CMAKE_SOURCE_DIR} ${file})
      get_filename_component(stem ${file} NAME_WE)
      get_filename_component(folder ${file} DIRECTORY)
      get_filename_component(folder ${folder} NAME)
      string(APPEND declarations "namespace components::${folder}_${stem} { ${type} entry(); }\n")
      set(entry "components::${folder}_${stem}::entry()")
      if(ARG_THROUGH)
        set(entry "testing::spoilt(${entry})")
      endif()
      string(APPEND tables "    t.push_back(${entry});\n"
                           "    t.back().spec.source = \"${source}\";\n")
    endforeach()
    string(APPEND tables "    return t;\n  }();\n  return table;\n}\n")
  endforeach()
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/${target}_components.cpp CONTENT
"// Generated by CMake from the folders under objectives/.
#include \"objectives/registry.h\"
${include}namespace elbow {
${declarations}
${tables}
}  // namespace elbow
" @ONLY)
  target_sources(${target} PRIVATE ${CMAKE_BINARY_DIR}/${target}_components.cpp ${ARG_MORE_OBJECTIVES}
                 ${ARG_MORE_PENALTIES})
endfunction()

# Writes the table of estimators: each .cpp of math/estimators defines
# elbow::estimators::<stem>::specs().
function(elbow_estimator_table target)
  set(declarations "")
  set(lines "")
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/math/estimators/*.cpp)
  foreach(file ${files})
    file(RELATIVE_PATH source ${CMAKE_SOURCE_DIR} ${file})
    get_filename_component(stem ${file} NAME_WE)
    string(APPEND declarations "namespace estimators::${stem} { std::vector<EstimatorSpec> specs(); }\n")
    string(APPEND lines "    add(estimators::${stem}::specs(), \"${source}\");\n")
  endforeach()
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/${target}_estimators.cpp CONTENT
"// Generated by CMake from the files of math/estimators.
#include \"core/estimate.h\"
namespace elbow {
${declarations}
const std::vector<EstimatorSpec>& estimator_specs() {
  static const std::vector<EstimatorSpec> table = [] {
    std::vector<EstimatorSpec> t;
    [[maybe_unused]] const auto add = [&t](std::vector<EstimatorSpec> specs, const char* source) {
      for (EstimatorSpec& spec : specs) {
        spec.source = source;
        t.push_back(std::move(spec));
      }
    };
${lines}    return t;
  }();
  return table;
}
}  // namespace elbow
" @ONLY)
  target_sources(${target} PRIVATE ${CMAKE_BINARY_DIR}/${target}_estimators.cpp)
endfunction()

# Writes the table of problems: each .cpp of problems/ named *_problem.cpp defines
# elbow::problems::<stem without _problem>::entry().
function(elbow_problem_table target)
  set(declarations "")
  set(lines "")
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/problems/*_problem.cpp)
  foreach(file ${files})
    file(RELATIVE_PATH source ${CMAKE_SOURCE_DIR} ${file})
    get_filename_component(stem ${file} NAME_WE)
    string(REGEX REPLACE "_problem$" "" stem ${stem})
    string(APPEND declarations "namespace problems::${stem} { Problem entry(); }\n")
    string(APPEND lines "    t.push_back(problems::${stem}::entry());\n    t.back().source = \"${source}\";\n")
  endforeach()
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/${target}_problems.cpp CONTENT
"// Generated by CMake from the files of problems/.
#include \"problems/problem.h\"
namespace elbow {
${declarations}
const std::vector<Problem>& all_problems() {
  static const std::vector<Problem> table = [] {
    std::vector<Problem> t;
${lines}    return t;
  }();
  return table;
}
}  // namespace elbow
" @ONLY)
  target_sources(${target} PRIVATE ${CMAKE_BINARY_DIR}/${target}_problems.cpp)
endfunction()

# Compiles the texts of configs/problems/*.toml in, so that the program finds them wherever it runs.
function(elbow_problem_configs target)
  set(lines "")
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/configs/problems/*.toml)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${files})
  foreach(file ${files})
    get_filename_component(stem ${file} NAME_WE)
    file(READ ${file} text)
    string(APPEND lines "      {\"${stem}\", R\"~toml~(${text})~toml~\"},\n")
  endforeach()
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/${target}_configs.cpp CONTENT
"// Generated by CMake from the files of configs/problems.
#include \"problems/configs.h\"
namespace elbow::problems {
const std::map<std::string, std::string>& config_texts() {
  static const std::map<std::string, std::string> table = {
${lines}  };
  return table;
}
}  // namespace elbow::problems
" @ONLY)
  target_sources(${target} PRIVATE ${CMAKE_BINARY_DIR}/${target}_configs.cpp)
endfunction()

# The sources of app/, compiled once for the programs that differ in what they link.
function(elbow_program_objects)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/app/*.cpp)
  # What the ids of checks mean stands once, in a page for people; `elbow explain` reads it too.
  set(page ${CMAKE_SOURCE_DIR}/docs/conventions.md)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${page})
  file(READ ${page} text)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/elbow_app_conventions.cpp CONTENT
"// Generated by CMake from docs/conventions.md.
#include \"app/conventions.h\"
namespace elbow::app {
const char* const kConventions = R\"~page~(${text})~page~\";
}  // namespace elbow::app
" @ONLY)
  add_library(elbow_app OBJECT ${sources} ${CMAKE_BINARY_DIR}/elbow_app_conventions.cpp)
  set(links elbow_options elbow_training elbow_instrumentation elbow_report elbow_problems elbow_data CLI11::CLI11
            ${HTTPLIB_LIBRARY} Threads::Threads)
  target_link_libraries(elbow_app PRIVATE ${links})
  set(elbow_app_links ${links} PARENT_SCOPE)
  set_source_files_properties(${CMAKE_SOURCE_DIR}/app/http_server.cpp PROPERTIES
                              COMPILE_OPTIONS "${HTTPLIB_CFLAGS_OTHER}")
  target_compile_definitions(elbow_app PRIVATE ELBOW_VERSION="${PROJECT_VERSION}")
endfunction()

# The program under the name `target`.
function(elbow_program target)
  add_executable(${target} $<TARGET_OBJECTS:elbow_app>)
  target_link_libraries(${target} PRIVATE ${elbow_app_links} elbow_sgemm)
  # LibTorch imports sgemm_; the program may define it (math/sgemm.cpp), so it must be exported.
  set_target_properties(${target} PROPERTIES ENABLE_EXPORTS ON)
endfunction()

# Defines ELBOW_REVISION for one source file: the commit at configure time, "" outside a repository.
function(elbow_revision source)
  get_filename_component(parent ${CMAKE_SOURCE_DIR} DIRECTORY)
  execute_process(COMMAND ${CMAKE_COMMAND} -E env GIT_CEILING_DIRECTORIES=${parent}
                          git -C ${CMAKE_SOURCE_DIR} rev-parse --verify HEAD
                  OUTPUT_VARIABLE revision RESULT_VARIABLE failed OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(failed)
    set(revision "")
  endif()
  set_source_files_properties(${source} PROPERTIES COMPILE_DEFINITIONS ELBOW_REVISION="${revision}")
endfunction()
