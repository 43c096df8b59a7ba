#include "app/evaluated_quantities.h"

namespace elbow::app {

const std::vector<EvaluatedQuantity>& evaluated_quantities() {
  static const std::vector<EvaluatedQuantity> all = {
      {"iwae/k*", "lower bound of ln p(x) with K importance samples; rises with K", "nats", "iwae"},
      {"jackknife/k*", "iwae/k* with its 1/K bias removed; no bound", "nats", "jackknife_iwae"},
      {"pareto_k",
       "heaviness of the importance weights, the median over images; its row names the threshold",
       "1", "pareto_k"},
      {"ess", "equal weights that the K importance samples are worth", "1",
       "effective_sample_size"},
      {"elbo/refined", "ELBO with the best Gaussian posterior for each image, not the encoder's",
       "nats", ""},
      {"gap/inference", "ln p(x) minus the ELBO: what the encoder loses", "nats", ""},
      {"gap/approximation", "the part of gap/inference that no Gaussian posterior could avoid",
       "nats", ""},
      {"gap/amortisation",
       "the part of gap/inference that comes from one encoder for all images instead of a "
       "posterior "
       "fitted to each",
       "nats", ""},
      {"ais", "lower bound of ln p(x) by annealed importance sampling", "nats", "ais"},
      {"ais/above_elbo", "how far annealing lifts the ELBO of the same images", "nats", "ais"},
      {"bdmc/elbo", "ELBO of images that the model drew itself", "nats", "mean_log_weight"},
      {"bdmc/lower", "ln p(x) of images of the model, from below", "nats", "ais"},
      {"bdmc/upper", "ln p(x) of images of the model, from above", "nats", "bdmc"},
      {"bdmc/eubo", "upper bound of ln p(x) from ln w at the true code", "nats", "mean_log_weight"},
      {"bdmc/gap", "bdmc/upper minus bdmc/lower: how wrong annealing can be on such images", "nats",
       "bdmc"},
      {"aggregate/kl", "mean KL of the posteriors from the prior", "nats", "mean_log_weight"},
      {"aggregate/mutual_information", "nats that a code says about which image it is", "nats",
       "mutual_information_full"},
      {"aggregate/mutual_information/batch", "the same from minibatches: at most ln B", "nats",
       "mutual_information_batch"},
      {"aggregate/mutual_information/leave_one_out",
       "the same without the image itself: from above", "nats", "mutual_information_leave_one_out"},
      {"aggregate/total_correlation", "dependence between latent dimensions", "nats",
       "total_correlation"},
      {"aggregate/dimension_wise_kl", "each latent's marginal against the prior, summed", "nats",
       "dimension_wise_kl"},
      {"aggregate/marginal_kl", "codes of data against the prior that samples are drawn from",
       "nats", "marginal_kl"},
      {"active_units", "latents whose mean varies over images: variance above 0.01", "latents", ""},
      {"modes", "classes of the data that occur among the samples", "classes", "mode_count"},
      {"class/kl", "KL of the classes of the samples from those of real images", "nats",
       "histogram_kl"},
      {"class/kl/missing", "the part of class/kl that missing classes alone make", "nats", ""},
      {"class/total_variation", "share of the samples in the wrong class", "1",
       "histogram_total_variation"},
      {"lenet_score",
       "exp of the mean KL of the classes of a sample from those of all: 1 to the "
       "number of classes",
       "1", "class_score"},
      {"lenet_accuracy", "accuracy of the classifier that the other rows rest on", "1", ""},
      {"frechet_lenet", "Fréchet distance of the classifier's features; compares with no FID",
       "squared distance", "frechet"},
      {"frechet_lenet/extrapolated", "frechet_lenet for infinitely many images", "squared distance",
       "frechet_extrapolated"},
      {"kid_lenet",
       "squared MMD of the classifier's features with a cubic kernel; compares with no "
       "KID",
       "1", "kernel_distance"},
      {"critic/auc", "chance that a real image scores above a sample; 0.5 where they agree", "1",
       "classifier_auc"},
      {"duality_gap", "what both players still gain by training on alone; 0 at an equilibrium",
       "of the loss", "duality_gap"},
      {"duality_gap/discriminator", "the part of it that the discriminator gains", "of the loss",
       "duality_gap"},
      {"duality_gap/generator", "the part of it that the generator gains", "of the loss",
       "duality_gap"}};
  return all;
}

const std::vector<DerivedQuantity>& derived_quantities() {
  static const std::vector<DerivedQuantity> all = {
      {"floor",
       "the same number between two sets of real images: what it is where nothing differs"},
      {"training",
       "the same on images that the discriminator was trained with; the excess is memory"},
      {"fitted", "the same from a discriminator that went on training alone"}};
  return all;
}

bool is_called(const EvaluatedQuantity& quantity, std::string_view name) {
  if (quantity.name == name) return true;
  return quantity.name.ends_with('*') && name.size() >= quantity.name.size() &&
         name.starts_with(std::string_view(quantity.name).substr(0, quantity.name.size() - 1));
}

}  // namespace elbow::app
