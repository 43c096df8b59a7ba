"""python/elbow_run.py against a run: read_run.py PYTHON_FOLDER RUN. Prints what was checked."""
import json
import math
import pathlib
import struct
import sys
import tempfile

sys.path.insert(0, sys.argv[1])
import numpy
from elbow_run import Run, read_safetensors

path = pathlib.Path(sys.argv[2])
run = Run(path)

# The last record of the file, read without the reader.
last = json.loads((path / "metrics.jsonl").read_text().splitlines()[-1])
steps, values = run.series("elbo/kl", split=last["split"])
assert steps[-1] == last["step"] and values[-1] == last["elbo/kl"]
assert values.dtype == float
assert run.series("elbo/kl.se", split=last["split"])[1][-1] == last["elbo/kl.se"]
assert "elbo/kl" in run.keys() and "elbo/kl.se" not in run.keys()
assert run.terms["elbo/kl"]["unit"] == "nats" and run.status["status"] == "finished"
assert all(check["verdict"] for check in run.checks())
try:
    run.series("elbow/kl")
    raise SystemExit("an unknown term was read")
except KeyError as error:
    assert "elbo/kl" in str(error)
print("records")

# A run that is still written, with a number that is not finite; one that is damaged.
with tempfile.TemporaryDirectory() as folder:
    file = pathlib.Path(folder) / "metrics.jsonl"
    file.write_text('{"step":1,"split":"train","a":"nan","b":"-inf"}\n{"step":2,"spl')
    torn = Run(folder)
    assert len(torn.records) == 1
    assert math.isnan(torn.series("a")[1][0]) and torn.series("b")[1][0] == -math.inf
    file.write_text('{"step":1,\n{"step":2,"split":"train"}\n')
    try:
        Run(folder)
        raise SystemExit("a damaged line was passed over")
    except ValueError as error:
        assert "metrics.jsonl:1" in str(error)

    # Two tensors by hand, the second one first in the file.
    header = json.dumps({"__metadata__": {"format": "pt"},
                         "b": {"dtype": "F32", "shape": [2, 2], "data_offsets": [8, 24]},
                         "a": {"dtype": "I64", "shape": [1], "data_offsets": [0, 8]}}).encode()
    file = pathlib.Path(folder) / "x.safetensors"
    file.write_bytes(struct.pack("<Q", len(header)) + header + struct.pack("<q4f", -3, 1, 2, 3, 4))
    tensors = read_safetensors(file)
    assert tensors["a"].tolist() == [-3] and tensors["b"].tolist() == [[1, 2], [3, 4]]
print("safetensors")

try:
    import pandas
except ImportError:
    print("without pandas")
else:
    frame = run.frame(last["split"])
    assert frame["elbo/kl"].iloc[-1] == last["elbo/kl"]
    assert len(run.frame()) == len(run.records)
    print("pandas")

try:
    import torch
except ImportError:
    print("without torch")
else:
    torch.set_num_threads(1)
    vae = run.module()
    w = run.weights()
    x = numpy.linspace(0, 1, 2 * 784, dtype="f4").reshape(2, 784)
    expected = numpy.maximum(x @ w["encoder.0.weight"].T + w["encoder.0.bias"], 0)
    expected = expected @ w["encoder.2.weight"].T + w["encoder.2.bias"]
    with torch.no_grad():
        codes = vae["encoder"](torch.from_numpy(x))
        pixels = vae["decoder"](codes.chunk(2, -1)[0])
    assert numpy.abs(codes.numpy() - expected).max() < 1e-4
    assert pixels.shape == (2, 784) and not vae.training
    assert set(vae.state_dict()) == set(w)
    print("torch")
