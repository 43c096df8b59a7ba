"""Reads a run directory of Elbow into numpy or pandas, and its weights into a torch module.

    from elbow_run import Run
    run = Run("runs/vae-elbo")
    steps, kl = run.series("elbo/kl", split="valid")     # two numpy arrays
    kl_error = run.series("elbo/kl.se", split="valid")[1]
    frame = run.frame("train")                           # pandas, one row per record
    vae = run.module()                                   # torch.nn.ModuleDict: encoder, decoder
    mean, log_var = vae["encoder"](images).chunk(2, -1)  # images [B, 784]

numpy is needed; pandas and torch where a function says so.
"""

import json
import pathlib

import numpy

_DTYPES = {"F64": "<f8", "F32": "<f4", "I64": "<i8", "I32": "<i4", "U8": "u1"}
_ACTIVATIONS = {"relu": "ReLU", "leaky_relu": "LeakyReLU", "tanh": "Tanh", "elu": "ELU",
                "silu": "SiLU", "sigmoid": "Sigmoid", "identity": "Identity"}


def read_safetensors(path):
    """{name: numpy array}. The file: a length, a JSON header, then the bytes of the tensors."""
    data = pathlib.Path(path).read_bytes()
    length = int.from_bytes(data[:8], "little")
    try:
        header = json.loads(data[8:8 + length])
    except ValueError:
        raise ValueError("%s is no safetensors file" % path) from None
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        values = numpy.frombuffer(data[begin:end], dtype=_DTYPES[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"]).copy()
    return tensors


class Run:
    """One run directory, finished or not. `records` are the lines of metrics.jsonl as dictionaries;
    `terms`, `result`, `status` and `environment` are the JSON files of those names."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        if not (self.path / "metrics.jsonl").exists():
            raise FileNotFoundError("%s holds no run: it has no metrics.jsonl" % self.path)
        self.records = [{k: v if k == "split" else float(v) if isinstance(v, str) else v
                         for k, v in record.items()}  # "nan", "inf", "-inf"
                        for record in self._lines("metrics.jsonl")]
        self.terms = self._json("terms.json")
        self.result = self._json("result.json")
        self.status = self._json("status.json")
        self.environment = self._json("environment.json")

    def _json(self, name):
        file = self.path / name
        return json.loads(file.read_text("utf-8")) if file.exists() else {}

    def _lines(self, name):
        lines = (self.path / name).read_text("utf-8").split("\n")
        found = []
        for number, line in enumerate(lines, 1):
            try:
                if line:
                    found.append(json.loads(line))
            except ValueError:
                if number < len(lines):  # the last line may still be written
                    raise ValueError("%s:%d is damaged" % (self.path / name, number)) from None
        return found

    def checks(self):
        """The lines of checks.jsonl as dictionaries."""
        return self._lines("checks.jsonl")

    def keys(self, split="train"):
        """Terms of a split in the order of their first appearance, without standard errors."""
        found = dict.fromkeys(k for r in self.records if r["split"] == split for k in r)
        return [k for k in found
                if k not in ("step", "epoch", "wall", "split") and not k.endswith(".se")]

    def series(self, key, split="train", x="step"):
        """(x, values) of the records that have the key, as arrays; x: step, epoch or wall."""
        rows = [r for r in self.records if r["split"] == split and key in r]
        if not rows:
            raise KeyError("%s has no '%s' in the split '%s'; it has: %s"
                           % (self.path, key, split, ", ".join(self.keys(split))))
        return numpy.array([r[x] for r in rows]), numpy.array([r[key] for r in rows], dtype=float)

    def frame(self, split=None):
        """A pandas.DataFrame with a row per record; NaN where a record lacks a term."""
        import pandas
        return pandas.DataFrame([r for r in self.records if split in (None, r["split"])])

    def config(self):
        """config.toml as nested dictionaries; needs Python 3.11 (tomllib)."""
        import tomllib
        return tomllib.loads((self.path / "config.toml").read_text("utf-8"))

    def weights(self, step=None):
        """{name: array} of a checkpoint, the newest by default: "encoder.0.weight", ..."""
        folder = "latest" if step is None else "step_%d" % step
        return read_safetensors(self.path / "checkpoints" / folder / "weights.safetensors")

    def module(self, step=None):
        """The networks of linear layers with their weights, as a torch.nn.ModuleDict in eval mode.

        They end in the last linear layer: what follows it (sigmoid, tanh) is yours to apply. With
        ema.decay these are the averaged weights, as in evaluation and pictures.
        """
        import torch
        weights = {name: torch.from_numpy(v) for name, v in self.weights(step).items()}
        state = {k: weights.get("ema." + k, v) for k, v in weights.items() if k[:4] != "ema."}
        model = self.config()["model"]
        networks = torch.nn.ModuleDict()
        for name in dict.fromkeys(key.split(".")[0] for key in state):
            own = {k[len(name) + 1:]: v for k, v in state.items() if k.startswith(name + ".")}
            if "0.weight" not in own:
                continue  # parameters of a likelihood or prior, which are no network
            kind = model.get("activation", "relu")
            if name == "discriminator":
                kind = model.get("discriminator_activation", kind)
            networks[name] = self._chain(torch, own, kind, name)
        return networks.eval()

    def _chain(self, torch, state, activation, name):
        nn, chain = torch.nn, torch.nn.Sequential()  # layers by their names in the file
        for index in sorted({int(k.split(".")[0]) for k in state}):
            weight = state["%d.weight" % index]
            if weight.dim() == 2:
                if len(chain) > 0:  # in front of each linear layer but the first
                    slope = (0.2,) if activation == "leaky_relu" else ()
                    chain.add_module("to_%d" % index, getattr(nn, _ACTIVATIONS[activation])(*slope))
                layer = nn.Linear(weight.shape[1], weight.shape[0], "%d.bias" % index in state)
            elif weight.dim() == 1 and "%d.running_mean" % index in state:
                layer = nn.BatchNorm1d(len(weight))
                state["%d.num_batches_tracked" % index] = torch.tensor(0)  # not in the file
            elif weight.dim() == 1:
                layer = nn.LayerNorm(len(weight))
            else:
                raise ValueError("%s of %s has convolutions: build its nn.Sequential and load "
                                 "weights() by name" % (name, self.path))
            chain.add_module(str(index), layer)
        chain.load_state_dict(state)
        return chain
