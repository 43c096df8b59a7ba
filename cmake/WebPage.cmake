# The page of `elbow report`, bundled by npm and esbuild from report/web into the program. The program needs no node
# when it runs, and is built without npm or network too: `elbow report` then says what was missing.
find_program(ELBOW_NPM npm)
find_program(ELBOW_NODE NAMES node nodejs)

function(elbow_web_page target)
  set(directory ${CMAKE_BINARY_DIR}/web)
  set(output ${directory}/web_assets.cpp)
  # Always run: it looks at its inputs itself, and so tries again where it failed.
  add_custom_target(elbow_web BYPRODUCTS ${output}
    COMMAND ${CMAKE_COMMAND} -DSOURCE=${CMAKE_SOURCE_DIR}/report/web -DBINARY=${directory} -DOUTPUT=${output}
            -DNPM=${ELBOW_NPM} -DNODE=${ELBOW_NODE} -P ${CMAKE_SOURCE_DIR}/cmake/BundleWebPage.cmake
    COMMENT "Bundling the page of elbow report" VERBATIM)
  set_source_files_properties(${output} PROPERTIES GENERATED TRUE)
  target_sources(${target} PRIVATE ${output})
  add_dependencies(${target} elbow_web)
endfunction()
