#include "objectives/adversarial.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/searchsorted.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/sort.h>

#include <iterator>
#include <sstream>
#include <tuple>
#include <utility>

#include "core/error.h"

namespace elbow {
namespace {

/// Gives a network copies of its buffers for the duration of one pass. The buffers are exchanged,
/// not written back, so that graphs that saved them stay valid.
class KeepBuffers {
 public:
  explicit KeepBuffers(Network& network) {
    for (const NamedTensor& buffer : network.buffers()) {
      kept_.emplace_back(buffer.tensor, buffer.tensor.detach());
      kept_.back().first.set_data(buffer.tensor.detach().clone());
    }
  }
  ~KeepBuffers() {
    for (auto& [buffer, original] : kept_) buffer.set_data(original);
  }
  KeepBuffers(const KeepBuffers&) = delete;
  KeepBuffers& operator=(const KeepBuffers&) = delete;

 private:
  std::vector<std::pair<Tensor, Tensor>> kept_;
};

Tensor score(Network& discriminator, const Tensor& x, Mode mode) {
  const Tensor l = discriminator.forward(x, mode);
  if (l.dim() != 2 || l.size(0) != x.size(0) || l.size(1) != 1) {
    std::ostringstream out;
    out << "The discriminator's output is " << l.sizes() << "; one number per sample needs ["
        << x.size(0) << ", 1].";
    throw Error(out.str());
  }
  return l.squeeze(1);
}

void append(std::vector<Term>& terms, std::vector<Term> more) {
  terms.insert(terms.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
}

class Adversarial : public Objective {
 public:
  Adversarial(AdversarialFormulas formulas, std::int64_t latent)
      : formulas_(std::move(formulas)), latent_(latent) {}

  std::vector<Phase> phases() const override {
    return {{.name = "discriminator", .networks = {"discriminator"}},
            {.name = "generator", .networks = {"generator"}, .uses_data = false}};
  }

  Evaluation evaluate(const Phase& phase, const Context& context) override {
    return phase.name == "generator" ? generator_turn(context) : discriminator_turn(context);
  }

 private:
  Tensor noise(const Context& context, std::int64_t count) const {
    const Network& generator = context.networks.at("generator");
    return at::randn({count, latent_}, context.latent,
                     generator.parameters().at(0).tensor.options());
  }

  Evaluation discriminator_turn(const Context& context) {
    Network& generator = context.networks.at("generator");
    Network& discriminator = context.networks.at("discriminator");
    const Tensor& x = context.batch.x;
    const Tensor z = noise(context, x.size(0));
    Tensor fake;
    {
      const at::NoGradGuard no_grad;
      const KeepBuffers keep(generator);
      fake = generator.forward(z, context.mode);
    }
    const Tensor l_real = score(discriminator, x, context.mode);
    const Tensor l_fake = score(discriminator, fake, context.mode);
    Evaluation evaluation{.terms = {{.name = "loss/discriminator/real",
                                     .values = formulas_.discriminator_real(l_real),
                                     .weight = 1.0},
                                    {.name = "loss/discriminator/fake",
                                     .values = formulas_.discriminator_fake(l_fake),
                                     .weight = 1.0}},
                          .loss = formulas_.discriminator_loss(l_real, l_fake),
                          .loss_key = "loss/discriminator",
                          .real = x.detach(),
                          .fake = fake};
    if (context.instruments && formulas_.discriminator_terms) {
      const at::NoGradGuard no_grad;
      append(evaluation.terms, formulas_.discriminator_terms(l_real.detach(), l_fake.detach()));
    }
    return evaluation;
  }

  Evaluation generator_turn(const Context& context) {
    Network& generator = context.networks.at("generator");
    Network& discriminator = context.networks.at("discriminator");
    const std::int64_t count =
        context.batch_size > 0 ? context.batch_size : context.batch.x.size(0);
    const Tensor fake = generator.forward(noise(context, count), context.mode);
    const KeepBuffers keep(discriminator);
    const Tensor l_fake = score(discriminator, fake, context.mode);
    Evaluation evaluation{.terms = {{.name = "loss/generator/fake",
                                     .values = formulas_.generator(l_fake),
                                     .weight = 1.0}},
                          .loss = formulas_.generator_loss(l_fake),
                          .loss_key = "loss/generator"};
    if (context.instruments && formulas_.generator_terms) {
      const at::NoGradGuard no_grad;
      append(evaluation.terms, formulas_.generator_terms(l_fake.detach()));
    }
    return evaluation;
  }

  AdversarialFormulas formulas_;
  std::int64_t latent_;
};

}  // namespace

std::unique_ptr<Objective> make_adversarial(AdversarialFormulas formulas, std::int64_t latent) {
  return std::make_unique<Adversarial>(std::move(formulas), latent);
}

namespace {

/// Share of `others` below each value, a tie counting half.
Tensor share_below(const Tensor& others, const Tensor& values) {
  const Tensor sorted = std::get<0>(at::sort(others));
  const auto count = [&](bool right) {
    return at::searchsorted(sorted, values.contiguous(), false, right).to(at::kDouble);
  };
  return (count(false) + count(true)) * (0.5 / static_cast<double>(others.numel()));
}

}  // namespace

Term auc_term(const Tensor& l_real, const Tensor& l_fake) {
  const Tensor real = share_below(l_fake, l_real), fake = 1.0 - share_below(l_real, l_fake);
  return {.name = "critic/auc", .values = real + fake - real.mean()};
}

std::vector<Term> logit_terms(const Tensor& l_real, const Tensor& l_fake) {
  std::vector<Term> terms{{.name = "logit/real", .values = l_real},
                          {.name = "logit/fake", .values = l_fake},
                          {.name = "probability/real", .values = at::sigmoid(l_real)},
                          {.name = "probability/fake", .values = at::sigmoid(l_fake)}};
  append(terms, accuracy_terms(l_real, l_fake, 0.0));
  terms.push_back(auc_term(l_real, l_fake));
  return terms;
}

std::vector<Term> critic_terms(const Tensor& l_real, const Tensor& l_fake, bool real_above) {
  return {{.name = "critic/real", .values = l_real},
          {.name = "critic/fake", .values = l_fake},
          real_above ? auc_term(l_real, l_fake) : auc_term(-l_real, -l_fake)};
}

std::vector<Term> accuracy_terms(const Tensor& l_real, const Tensor& l_fake, double threshold) {
  const Tensor real = (l_real > threshold).to(at::kDouble);
  const Tensor fake = (l_fake <= threshold).to(at::kDouble);
  return {{.name = "accuracy", .values = 0.5 * (real + fake)},
          {.name = "accuracy/real", .values = real},
          {.name = "accuracy/fake", .values = fake}};
}

}  // namespace elbow
