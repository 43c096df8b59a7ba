#include "problems/mixture_table.h"

#include <cmath>

namespace elbow::problems {

void check_table(const Checks& checks, const std::map<std::string, Model>& optima) {
  struct Row {
    const char* name;
    double value, mean, sd;
  };
  for (const Row& row :
       {Row{"kl", .2830517, 1.01, 1.8306693}, Row{"jensen_shannon", .1280785, 1.3068468, 1.7539740},
        Row{"pearson_chi2", .6457799, .5736630, 1.9273135}}) {
    const Model m = optima.at(row.name);
    const Checks at = checks.under(row.name);
    at.oracle("GT2/value", "least divergence of a Gaussian from the mixture",
              divergence(f_divergence(row.name), m), row.value, 1e-7);
    at.oracle("GT2/mean", "mean of the best Gaussian", m.mean, row.mean, 1e-6);
    at.oracle("GT2/sd", "standard deviation of the best Gaussian", m.sd, row.sd, 1e-6);
  }
  const double mean = -MixtureTarget::share + 2.0 * (1.0 - MixtureTarget::share);
  const double variance = MixtureTarget::share * (MixtureTarget::narrow + 1.0) +
                          (1.0 - MixtureTarget::share) * (MixtureTarget::wide + 4.0) - mean * mean;
  checks.oracle("kl/moments/mean", "KL(p‖q): mean of the mixture", optima.at("kl").mean, mean,
                1e-6);
  checks.oracle("kl/moments/sd", "KL(p‖q): standard deviation of the mixture", optima.at("kl").sd,
                std::sqrt(variance), 1e-6);
}

void check_orders(const Checks& checks, const std::map<std::string, Model>& optima,
                  const std::function<FDivergence(double order)>& family) {
  struct Row {
    double order, factor;
    const char* name;
  };
  for (const Row& row :
       {Row{0.5, 2.0, "squared_hellinger_2"}, Row{2.0, 0.5, "pearson_chi2"},
        Row{-1.0, 0.5, "neyman_chi2"}, Row{1.0, 1.0, "kl"}, Row{0.0, 1.0, "reverse_kl"}}) {
    const Model m = optima.at(row.name);
    checks.oracle(std::string("alpha/") + row.name,
                  "α-divergence of a special order = its row times its factor",
                  divergence(family(row.order), m),
                  row.factor * divergence(f_divergence(row.name), m), 1e-9);
  }
}

void check_trained_model(const Checks& checks, const Divergence& divergence, Model found,
                         Model truth) {
  checks.bound("trained/value", "least divergence of a Gaussian ≤ divergence of the trained model",
               divergence(truth), divergence(found), 1e-9);
  checks.optimum("trained/mean", "mean of the trained model beside the optimum", found.mean,
                 truth.mean);
  checks.optimum("trained/sd", "sd of the trained model beside the optimum", found.sd, truth.sd);
}

}  // namespace elbow::problems
