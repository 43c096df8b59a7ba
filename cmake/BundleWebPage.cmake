# cmake -DSOURCE=report/web -DBINARY=... -DOUTPUT=web_assets.cpp -DNPM=... -DNODE=... -P BundleWebPage.cmake
# Installs what package-lock.json pins into BINARY, bundles SOURCE with esbuild, and writes the bytes as C++. Never
# fails: where something is missing, OUTPUT says what.
file(MAKE_DIRECTORY ${BINARY})
file(GLOB_RECURSE inputs ${SOURCE}/*.js ${SOURCE}/*.css ${SOURCE}/*.json)
list(FILTER inputs EXCLUDE REGEX "/node_modules/")
list(SORT inputs)
set(state "${NPM} ${NODE}")
foreach(input ${inputs} ${CMAKE_CURRENT_LIST_FILE})
  file(SHA256 ${input} hash)
  string(APPEND state " ${input} ${hash}")
endforeach()
string(SHA256 state "${state}")
set(stamp ${BINARY}/bundled)
if(EXISTS ${stamp} AND EXISTS ${OUTPUT})
  file(READ ${stamp} before)
  if(before STREQUAL state)
    return()
  endif()
endif()

# Bytes as the elements of an array, twenty a line.
function(array_of file name out)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(REPEAT "....." 20 twenty)
  string(REGEX REPLACE "(${twenty})" "\\1\n" bytes "${bytes}")
  set(${out} "constexpr unsigned char ${name}[] = {\n${bytes}0};\n" PARENT_SCOPE)
endfunction()

function(write_assets script style missing)
  set(text "// Generated from report/web.\n#include \"report/page.h\"\nnamespace elbow::report {\nnamespace {\n")
  if(NOT missing)
    array_of(${script} kScript script_bytes)
    array_of(${style} kStyle style_bytes)
    string(APPEND text "${script_bytes}${style_bytes}"
           "template <std::size_t n>\n"
           "std::string_view view(const unsigned char (&bytes)[n]) {\n"
           "  return {reinterpret_cast<const char*>(bytes), n - 1};\n}\n}  // namespace\n"
           "const WebAssets& web_assets() {\n"
           "  static const WebAssets assets{view(kScript), view(kStyle), {}};\n  return assets;\n}\n")
  else()
    string(APPEND text "}  // namespace\nconst WebAssets& web_assets() {\n"
           "  static const WebAssets assets{{}, {}, R\"~why~(${missing})~why~\"};\n  return assets;\n}\n")
  endif()
  string(APPEND text "}  // namespace elbow::report\n")
  set(before "")
  if(EXISTS ${OUTPUT})
    file(READ ${OUTPUT} before)
  endif()
  if(NOT before STREQUAL text)
    file(WRITE ${OUTPUT} "${text}")
  endif()
endfunction()

macro(give_up reason)
  file(REMOVE ${stamp})  # of an earlier success
  message(STATUS "The page of elbow report is left out: ${reason}")
  write_assets("" "" "${reason}")
  return()
endmacro()

if(NOT NPM OR NOT NODE)
  give_up("npm was not found when it was built. Install Node.js 18 or newer with npm (Debian: apt install npm), \
configure and build again.")
endif()

set(modules ${BINARY}/npm)
file(SHA256 ${SOURCE}/package-lock.json lock)
set(installed "")
if(EXISTS ${modules}/installed)
  file(READ ${modules}/installed installed)
endif()
if(NOT installed STREQUAL lock)
  file(MAKE_DIRECTORY ${modules})
  configure_file(${SOURCE}/package.json ${modules}/package.json COPYONLY)
  configure_file(${SOURCE}/package-lock.json ${modules}/package-lock.json COPYONLY)
  execute_process(COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund --prefer-offline --fetch-retries=1
                          --fetch-timeout=60000 --loglevel=error
                  WORKING_DIRECTORY ${modules} RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
  file(WRITE ${BINARY}/npm.log "${said}")
  if(failed)
    give_up("npm could not fetch uPlot, Temml and esbuild when it was built (no network?). With a network, or the \
packages in npm's cache, build again; npm's words are in ${BINARY}/npm.log.")
  endif()
  file(WRITE ${modules}/installed ${lock})
endif()

# Their licences go with every copy.
set(licences "")
foreach(package uplot temml)
  file(READ ${modules}/node_modules/${package}/LICENSE licence)
  string(APPEND licences "${package}\n${licence}\n")
endforeach()
set(ENV{NODE_PATH} ${modules}/node_modules)
execute_process(COMMAND ${NODE} ${modules}/node_modules/esbuild/bin/esbuild ${SOURCE}/main.js --bundle --minify
                        --format=iife --target=chrome109,firefox115,safari16.4 --charset=utf8 --legal-comments=none
                        "--banner:js=/*\n${licences}*/"
                        --outfile=${BINARY}/page.js
                WORKING_DIRECTORY ${BINARY} RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
file(WRITE ${BINARY}/esbuild.log "${said}")
if(failed)
  message("${said}")
  give_up("esbuild could not bundle report/web when it was built; its words are in ${BINARY}/esbuild.log.")
endif()
write_assets(${BINARY}/page.js ${BINARY}/page.css "")
file(WRITE ${stamp} ${state})
