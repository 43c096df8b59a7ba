// One stem per idea: a component is a source file with a complete spec, a config and a test.
#include <ATen/ops/rand.h>
#include <ATen/ops/round.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "core/config/config.h"
#include "core/identity_page.h"
#include "core/schedule.h"
#include "math/torch_compat.h"
#include "models/build.h"
#include "objectives/registry.h"
#include "tests/structure/tree.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::IsEmpty;

const std::vector<std::string>& folders() {
  static const std::vector<std::string> all = {"vae",         "gan",    "penalties",
                                               "likelihoods", "priors", "dynamics"};
  return all;
}

std::set<std::string> stems(const fs::path& directory, const std::string& suffix) {
  std::set<std::string> found;
  if (!fs::exists(directory)) return found;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (ends_with(name, suffix)) found.insert(name.substr(0, name.size() - suffix.size()));
  }
  return found;
}

/// What is missing or left over among sources, configs and tests below `root`.
std::vector<std::string> file_complaints(const fs::path& root) {
  std::vector<std::string> found;
  for (const auto& folder : folders()) {
    const auto sources = stems(root / "objectives" / folder, ".cpp");
    const auto configs = stems(root / "configs" / folder, ".toml");
    const auto tests = stems(root / "tests" / "objectives" / folder, "_test.cpp");
    for (const auto& stem : sources) {
      if (configs.count(stem) == 0) {
        found.push_back("configs/" + folder + "/" + stem + ".toml is missing");
      }
      if (tests.count(stem) == 0) {
        found.push_back("tests/objectives/" + folder + "/" + stem + "_test.cpp is missing");
      }
    }
    for (const auto& stem : configs) {
      if (sources.count(stem) == 0) {
        found.push_back("configs/" + folder + "/" + stem + ".toml belongs to no component");
      }
    }
    for (const auto& stem : tests) {
      if (sources.count(stem) == 0) {
        found.push_back("tests/objectives/" + folder + "/" + stem + "_test.cpp tests no component");
      }
    }
    if (fs::exists(root / "objectives" / folder)) {
      for (const auto& entry : fs::directory_iterator(root / "objectives" / folder)) {
        if (entry.path().extension() != ".cpp") {
          found.push_back("objectives/" + folder + "/" + entry.path().filename().string() +
                          " is no component");
        }
      }
    }
  }
  return found;
}

void require(bool present, const std::string& what, std::vector<std::string>& found) {
  if (!present) found.push_back(what);
}

void check_term(const TermSpec& term, const std::string& of, std::vector<std::string>& found) {
  const std::string name = of + ", term " + term.name + ": ";
  require(!term.name.empty(), of + ": a term without name", found);
  require(!term.symbol.empty(), name + "no symbol", found);
  require(!term.latex.empty(), name + "no LaTeX", found);
  require(!term.unit.empty(), name + "no unit", found);
  require(!term.reduction.empty(), name + "no reduction", found);
  require(!term.estimator.empty(), name + "no estimator", found);
  require(!term.meaning.empty(), name + "no meaning", found);
  require(!term.reference.empty(), name + "no reference", found);
  require(term.sign == "+" || term.sign == "-" || term.sign == "±", name + "sign is not + - ±",
          found);
  require(term.sign != "+" || (term.minimum && *term.minimum >= 0), name + "+ without minimum 0",
          found);
  require(term.sign != "-" || (term.maximum && *term.maximum <= 0), name + "- without maximum 0",
          found);
  require(!term.minimum || !term.maximum || *term.minimum <= *term.maximum, name + "empty range",
          found);
  require(!term.equilibrium || !term.minimum || *term.equilibrium >= *term.minimum,
          name + "equilibrium below the range", found);
  require(!term.equilibrium || !term.maximum || *term.equilibrium <= *term.maximum,
          name + "equilibrium above the range", found);
  for (char c : term.name) {
    require(std::islower(static_cast<unsigned char>(c)) ||
                std::isdigit(static_cast<unsigned char>(c)) || c == '_' || c == '/' || c == '*',
            name + "names are lower case with / between parts", found);
  }
}

/// What a spec of the component `folder`/`stem` lacks.
std::vector<std::string> spec_complaints(const Spec& spec, const std::string& folder,
                                         const std::string& stem) {
  std::vector<std::string> found;
  const std::string of = folder + "/" + stem;
  require(spec.name == stem, of + ": its name is '" + spec.name + "'", found);
  const bool objective = folder == "vae" || folder == "gan";
  require(!objective || spec.family == folder, of + ": its family is '" + spec.family + "'", found);
  require(objective == (spec.kind == SpecKind::objective), of + ": wrong kind", found);
  require(!spec.summary.empty(), of + ": no summary", found);
  require(!spec.equation.empty(), of + ": no equation", found);
  require(!spec.unicode.empty(), of + ": no equation in Unicode", found);
  require(spec.unicode.find('\n') == std::string::npos, of + ": Unicode takes one line", found);
  require(!spec.reference.empty(), of + ": no reference", found);
  require(!spec.convention.empty(), of + ": no convention", found);
  require(!objective || !spec.terms.empty(), of + ": no terms", found);
  require(!objective || !spec.identities.empty(), of + ": no identities", found);
  std::set<std::string> names;
  for (const auto& term : spec.terms) {
    check_term(term, of, found);
    require(names.insert(term.name).second, of + ": term " + term.name + " twice", found);
  }
  names.clear();
  for (const auto& parameter : spec.parameters) {
    const std::string name = of + ", parameter " + parameter.name + ": ";
    require(!parameter.description.empty(), name + "no description", found);
    require(parameter.name != "name", name + "'name' is taken", found);
    require(names.insert(parameter.name).second, name + "twice", found);
    require(parameter.minimum <= parameter.maximum, name + "empty range", found);
    if (const auto* value = std::get_if<double>(&parameter.default_value.data)) {
      require(*value >= parameter.minimum && *value <= parameter.maximum,
              name + "the default is out of range", found);
    }
    if (const auto* value = std::get_if<std::string>(&parameter.default_value.data)) {
      require(parameter.choices.empty() ||
                  std::count(parameter.choices.begin(), parameter.choices.end(), *value) == 1,
              name + "the default is no choice", found);
    }
  }
  for (const auto& identity : spec.identities) {
    require(!identity.id.empty(), of + ": an identity without id", found);
    require(!identity.statement.empty(), of + ", identity " + identity.id + ": no statement",
            found);
    require(identity.sides != nullptr, of + ", identity " + identity.id + ": no sides", found);
  }
  return found;
}

Spec complete_spec() {
  return {.kind = SpecKind::objective,
          .name = "toy",
          .family = "vae",
          .summary = "s",
          .equation = "e",
          .unicode = "u",
          .reference = "r",
          .convention = "c",
          .parameters = {{.name = "beta",
                          .symbol = "",
                          .default_value = 1.0,
                          .minimum = 0.0,
                          .description = "d"}},
          .terms = {{.name = "elbo/kl",
                     .symbol = "KL",
                     .latex = "l",
                     .unit = "nats",
                     .sign = "+",
                     .reduction = "r",
                     .estimator = "e",
                     .minimum = 0.0,
                     .meaning = "m",
                     .reference = "r"}},
          .identities = {{.id = "V1", .statement = "s", .sides = [](const Values&) {
                            return std::optional<Sides>();
                          }}}};
}

// Source paths are objectives/<folder>/<stem>.cpp.
std::string folder_of(const Spec& spec) {
  return fs::path(spec.source).parent_path().filename().string();
}
std::string stem_of(const Spec& spec) { return fs::path(spec.source).stem().string(); }

TEST(ObjectiveFiles, EachComponentHasSourceConfigAndTest) {
  EXPECT_THAT(file_complaints(source_root()), IsEmpty());
}

TEST(ObjectiveFiles, MissingAndStrayFilesAreFound) {
  const TempDir tree;
  tree.write("objectives/vae/elbo.cpp", "");
  tree.write("objectives/gan/notes.txt", "");
  tree.write("configs/gan/stray.toml", "");
  tree.write("tests/objectives/priors/stray_test.cpp", "");
  const auto found = file_complaints(tree.path());
  EXPECT_THAT(found, Contains("configs/vae/elbo.toml is missing"));
  EXPECT_THAT(found, Contains("tests/objectives/vae/elbo_test.cpp is missing"));
  EXPECT_THAT(found, Contains("objectives/gan/notes.txt is no component"));
  EXPECT_THAT(found, Contains("configs/gan/stray.toml belongs to no component"));
  EXPECT_THAT(found, Contains("tests/objectives/priors/stray_test.cpp tests no component"));
  EXPECT_EQ(found.size(), 5u);
}

TEST(ObjectiveFiles, EachSourceIsRegisteredWithACompleteSpec) {
  std::set<std::string> registered;
  for (const auto& spec : component_specs()) {
    registered.insert(spec.source);
    EXPECT_TRUE(fs::exists(source_root() / spec.source)) << spec.source;
    EXPECT_THAT(spec_complaints(spec, folder_of(spec), stem_of(spec)), IsEmpty());
  }
  for (const auto& folder : folders()) {
    for (const auto& stem : stems(source_root() / "objectives" / folder, ".cpp")) {
      EXPECT_EQ(registered.count("objectives/" + folder + "/" + stem + ".cpp"), 1u)
          << folder << "/" << stem << " is not in the table of components";
    }
  }
}

TEST(ObjectiveFiles, IncompleteSpecsAreFound) {
  EXPECT_THAT(spec_complaints(complete_spec(), "vae", "toy"), IsEmpty());
  const std::vector<void (*)(Spec&)> spoilers = {
      [](Spec& s) { s.summary.clear(); },
      [](Spec& s) { s.equation.clear(); },
      [](Spec& s) { s.unicode.clear(); },
      [](Spec& s) { s.reference.clear(); },
      [](Spec& s) { s.convention.clear(); },
      [](Spec& s) { s.name = "other"; },
      [](Spec& s) { s.family = "gan"; },
      [](Spec& s) { s.terms.clear(); },
      [](Spec& s) { s.identities.clear(); },
      [](Spec& s) { s.terms[0].unit.clear(); },
      [](Spec& s) { s.terms[0].latex.clear(); },
      [](Spec& s) { s.terms[0].sign = "positive"; },
      [](Spec& s) { s.terms[0].minimum.reset(); },
      [](Spec& s) { s.terms[0].equilibrium = -1.0; },
      [](Spec& s) { s.terms[0].name = "ELBO"; },
      [](Spec& s) { s.terms.push_back(s.terms[0]); },
      [](Spec& s) { s.parameters[0].description.clear(); },
      [](Spec& s) { s.parameters[0].default_value = -1.0; },
      [](Spec& s) { s.parameters.push_back(s.parameters[0]); },
      [](Spec& s) { s.identities[0].sides = nullptr; },
      [](Spec& s) { s.identities[0].statement.clear(); },
  };
  for (std::size_t i = 0; i < spoilers.size(); ++i) {
    Spec spec = complete_spec();
    spoilers[i](spec);
    EXPECT_FALSE(spec_complaints(spec, "vae", "toy").empty()) << "spoiler " << i;
  }
}

/// Whether the page that a failing check links has an anchor of that name and, for identities, the
/// statement beside it.
bool page_explains(const std::string& id) {
  const std::string link = identity_page(id);
  const auto hash = link.find('#');
  const std::string page = read_file(source_root() / link.substr(0, hash));
  const std::string name = link.substr(hash + 1);
  const std::string anchor = "<a id=\"" + name + "\"></a>";
  return page.find(name == "range" ? anchor : "| " + anchor + name + " |") != std::string::npos;
}

TEST(ObjectiveFiles, EachIdentityStandsInThePageThatItLinks) {
  for (const auto& spec : component_specs()) {
    for (const auto& identity : spec.identities)
      EXPECT_TRUE(page_explains(identity.id)) << identity.id << " of " << spec.source;
  }
  EXPECT_TRUE(page_explains("V1.generator")) << "V1 on one of several losses";
  EXPECT_TRUE(page_explains("range:elbo/kl"));
  EXPECT_FALSE(page_explains("V999"));
  EXPECT_FALSE(page_explains("V")) << "the beginning of an anchor is none";
}

std::vector<std::string> runnable_configs() {
  std::vector<std::string> found;
  for (const auto& file : files_below("configs", {".toml"})) {
    if (!starts_with(file, "configs/base/")) found.push_back(file);
  }
  return found;
}

Config load(const std::string& file) {
  return load_config(make_schema(component_specs()), source_root() / file);
}

TEST(ObjectiveFiles, EachConfigIsValidAndUsesItsComponent) {
  const auto configs = runnable_configs();
  ASSERT_FALSE(configs.empty());
  for (const auto& file : configs) {
    SCOPED_TRACE(file);
    Config config;
    ASSERT_NO_THROW(config = load(file));
    const std::string folder = fs::path(file).parent_path().filename().string();
    const std::string stem = fs::path(file).stem().string();
    if (folder == "vae" || folder == "gan") {
      EXPECT_EQ(config.family(), folder);
      EXPECT_EQ(config.text("objective.name"), stem);
    } else if (folder == "likelihoods") {
      EXPECT_EQ(config.text("likelihood.name"), stem);
    } else if (folder == "penalties") {
      std::vector<std::string> names;
      for (const auto& [name, parameters] : config.penalties()) names.push_back(name);
      EXPECT_THAT(names, Contains(stem));
    } else if (folder == "priors" || folder == "dynamics") {
      EXPECT_EQ(config.text(folder == "priors" ? "prior.name" : "dynamics.name"), stem);
    }
  }
}

/// What the components of one config emit on a tiny model, and what they read.
struct Emission {
  std::map<std::string, std::set<std::string>> terms;  // component -> names of terms
  std::vector<std::string> unread;                     // parameters that nobody read
};

void note_unread(const std::string& component, const Parameters& parameters, Emission& emission) {
  for (const auto& [key, value] : parameters.values()) {
    if (parameters.read().count(key) == 0) emission.unread.push_back(component + "." + key);
  }
}

Emission emit(const Config& config) {
  constexpr std::int64_t kPixels = 16, kLatent = 3, kBatch = 8;
  Emission emission;
  at::Generator init = make_generator(1), latent = make_generator(2), noise = make_generator(3);
  Networks networks;
  Build build;
  build.latent = kLatent;
  build.data_dim = kPixels;
  const bool vae = config.family() == "vae";
  const auto add = [&](const char* name, std::int64_t in, std::int64_t out) {
    NetworkSpec spec;
    spec.kind = "linear";
    spec.in = in;
    spec.out = out;
    networks.add(name, build_network(spec, init));
  };
  std::string likelihood_name;
  if (vae) {
    add("encoder", kPixels, 2 * kLatent);
    add("decoder", kLatent, kPixels);
    likelihood_name = config.text("likelihood.name");
    const Parameters parameters = config.parameters("likelihood");
    build.likelihood = likelihood_entry(likelihood_name).create(parameters, kPixels);
    note_unread("likelihood " + likelihood_name, parameters, emission);
    if (auto network = build.likelihood->network()) networks.add("likelihood", network);
  } else {
    add("generator", kLatent, kPixels);
    add("discriminator", kPixels, 1);
  }
  const std::string objective_name = config.text("objective.name");
  const Parameters parameters = config.parameters("objective");
  const auto objective = objective_entry(objective_name).create(parameters, build);
  Batch batch;
  batch.x = at::rand({kBatch, kPixels}, noise).round();
  const Context context{.networks = networks,
                        .batch = batch,
                        .latent = latent,
                        .batch_size = kBatch,
                        .instruments = true};
  auto& own = emission.terms[objective_name];
  std::map<std::string, Evaluation> phases;
  for (const auto& phase : objective->phases()) {
    Evaluation evaluation = objective->evaluate(phase, context);
    own.insert(evaluation.loss_key);
    for (const auto& term : evaluation.terms) own.insert(term.name);
    phases.emplace(phase.name, std::move(evaluation));
  }
  note_unread("objective " + objective_name, parameters, emission);
  for (const auto& [name, values] : config.penalties()) {
    const auto penalty = penalty_entry(name).create(values);
    const Evaluation evaluation = penalty->evaluate(phases.at(penalty->phase()), context, noise);
    auto& added = emission.terms[name];
    for (const auto& term : evaluation.terms) added.insert(term.name);
    penalty->project(networks);
    note_unread("penalty " + name, values, emission);
  }
  if (config.contains("dynamics.name")) {
    const Parameters values = config.parameters("dynamics");
    dynamics_entry(config.text("dynamics.name")).create(values);
    note_unread("dynamics " + config.text("dynamics.name"), values, emission);
  }
  if (vae) emission.terms[likelihood_name];  // its terms come with the objective's
  return emission;
}

bool declares(const std::vector<TermSpec>& declared, const std::string& name) {
  for (const auto& term : declared) {
    if (term.name == name) return true;
    if (ends_with(term.name, "/*") &&
        starts_with(name, std::string_view(term.name).substr(0, term.name.size() - 1))) {
      return true;
    }
  }
  return false;
}

bool emitted(const std::set<std::string>& names, const TermSpec& declared) {
  for (const auto& name : names) {
    if (declares({declared}, name)) return true;
  }
  return false;
}

// A likelihood's or penalty's term may need a setting that only some configs have, so what is
// declared is looked for in the emissions of all configs together.
TEST(ObjectiveFiles, DeclaredTermsAreEmittedAndOthersAreNot) {
  std::map<std::string, std::set<std::string>> emitted_by;
  for (const auto& file : runnable_configs()) {
    SCOPED_TRACE(file);
    const Emission emission = emit(load(file));
    EXPECT_THAT(emission.unread, IsEmpty());
    std::vector<TermSpec> declared;
    std::set<std::string> all;
    for (const auto& spec : component_specs()) {
      if (emission.terms.count(spec.name) == 0) continue;
      declared.insert(declared.end(), spec.terms.begin(), spec.terms.end());
    }
    for (const auto& [component, names] : emission.terms) all.insert(names.begin(), names.end());
    for (const auto& name : all) {
      EXPECT_TRUE(declares(declared, name)) << name << " is emitted and in no spec";
    }
    for (const auto& [component, names] : emission.terms) {
      emitted_by[component].insert(all.begin(), all.end());
    }
  }
  for (const auto& spec : component_specs()) {
    const auto names = emitted_by.find(spec.name);
    if (names == emitted_by.end()) continue;
    for (const auto& term : spec.terms) {
      EXPECT_TRUE(emitted(names->second, term))
          << spec.source << " declares " << term.name << " and never emits it";
    }
  }
}

}  // namespace
}  // namespace elbow::testing
