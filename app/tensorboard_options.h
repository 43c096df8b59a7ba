// What a session tells its TensorBoard sink.
#pragma once

#include "instrumentation/tensorboard_sink.h"
#include "training/session.h"

namespace elbow::app {

/// Config, hyperparameters and weights of a session, which must outlive the sink.
TensorboardOptions tensorboard_options(Session& session);

}  // namespace elbow::app
