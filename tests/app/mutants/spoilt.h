// Every component a tenth too large: what `elbow verify` must see.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "objectives/dynamics.h"
#include "objectives/registry.h"

namespace elbow::testing {

constexpr double kSpoilt = 1.1;

inline Evaluation spoilt(Evaluation evaluation) {
  for (Term& term : evaluation.terms) term.values = kSpoilt * term.values;
  if (evaluation.loss.defined()) evaluation.loss = kSpoilt * evaluation.loss;
  return evaluation;
}

/// Terms and loss scaled alike, so that no statement between them sees it.
class SpoiltObjective : public Objective {
 public:
  explicit SpoiltObjective(std::unique_ptr<Objective> right) : right_(std::move(right)) {}
  std::vector<Phase> phases() const override { return right_->phases(); }
  Evaluation evaluate(const Phase& phase, const Context& context) override {
    return spoilt(right_->evaluate(phase, context));
  }

 private:
  std::unique_ptr<Objective> right_;
};

class SpoiltPenalty : public Penalty {
 public:
  explicit SpoiltPenalty(std::unique_ptr<Penalty> right) : right_(std::move(right)) {}
  std::string phase() const override { return right_->phase(); }
  Evaluation evaluate(const Evaluation& phase, const Context& context,
                      at::Generator& noise) override {
    return spoilt(right_->evaluate(phase, context, noise));
  }

 private:
  std::unique_ptr<Penalty> right_;  // its projection is left out
};

class SpoiltLikelihood : public Likelihood {
 public:
  explicit SpoiltLikelihood(std::shared_ptr<Likelihood> right) : right_(std::move(right)) {}
  Tensor log_prob(const Tensor& output, const Tensor& x, const Context& context) override {
    return kSpoilt * right_->log_prob(output, x, context);
  }
  Tensor mean(const Tensor& output) const override { return right_->mean(output); }
  Tensor sample(const Tensor& output, at::Generator& generator) const override {
    return right_->sample(output, generator);
  }
  std::vector<Term> terms(const Tensor& output, const Tensor& x, const Context& context) override {
    return right_->terms(output, x, context);
  }
  Tensor variance() const override { return right_->variance(); }
  std::shared_ptr<Network> network() override { return right_->network(); }

 private:
  std::shared_ptr<Likelihood> right_;
};

/// Two steps for one.
class SpoiltDynamics : public Dynamics {
 public:
  explicit SpoiltDynamics(std::unique_ptr<Dynamics> right) : right_(std::move(right)) {}
  void step(Game& game) override {
    right_->step(game);
    right_->step(game);
  }

 private:
  std::unique_ptr<Dynamics> right_;
};

inline ObjectiveEntry spoilt(ObjectiveEntry entry) {
  entry.create = [create = entry.create](const Parameters& parameters, const Build& build) {
    return std::make_unique<SpoiltObjective>(create(parameters, build));
  };
  return entry;
}

inline PenaltyEntry spoilt(PenaltyEntry entry) {
  entry.create = [create = entry.create](const Parameters& parameters) {
    return std::make_unique<SpoiltPenalty>(create(parameters));
  };
  return entry;
}

inline DynamicsEntry spoilt(DynamicsEntry entry) {
  entry.create = [create = entry.create](const Parameters& parameters) {
    return std::make_unique<SpoiltDynamics>(create(parameters));
  };
  return entry;
}

inline LikelihoodEntry spoilt(LikelihoodEntry entry) {
  entry.create = [create = entry.create](const Parameters& parameters, std::int64_t data_dim) {
    return std::make_shared<SpoiltLikelihood>(create(parameters, data_dim));
  };
  return entry;
}

inline PriorEntry spoilt(PriorEntry entry) { return entry; }

}  // namespace elbow::testing
