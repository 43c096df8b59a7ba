#!/usr/bin/env python3
"""Baseline: the standard PyTorch VAE example on MNIST, 784-400-20-400-784, batch 128, Adam 1e-3.

Loss: binary_cross_entropy summed over pixels + KL, as in pytorch/examples/vae. Needs torch and numpy
(Debian: python3-torch); torchvision is not needed, its MNIST dataset and ToTensor are repeated here.

    python_vae.py MNIST_DIR                    Dataset + DataLoader over the images, one by one
    python_vae.py MNIST_DIR --preloaded        the whole set as one float tensor, sliced by index
    python_vae.py MNIST_DIR --preloaded --threads 2 --openblas 1

Prints one line of JSON with the median samples per second over blocks of 50 steps.
"""
import argparse
import ctypes
import glob
import gzip
import json
import os
import statistics
import time

import numpy as np
import torch
import torch.nn.functional as F
import torch.utils.data
from torch import nn, optim


def read_images(directory):
    for name in ("train-images-idx3-ubyte.gz", "train-images-idx3-ubyte"):
        path = os.path.join(directory, name)
        if os.path.exists(path):
            with (gzip.open if path.endswith(".gz") else open)(path, "rb") as f:
                raw = f.read()
            assert int.from_bytes(raw[:4], "big") == 0x803, path
            return torch.from_numpy(np.frombuffer(raw, np.uint8, offset=16).copy()).view(-1, 28, 28)
    raise SystemExit(f"no MNIST training images in {directory}")


class Mnist(torch.utils.data.Dataset):
    """torchvision.datasets.MNIST with transforms.ToTensor(): uint8 tensor -> PIL image -> float."""

    def __init__(self, images, pillow):
        self.images = images
        self.pillow = pillow

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = self.images[index]
        if self.pillow is not None:
            image = self.pillow.fromarray(image.numpy(), mode="L")
            image = torch.from_numpy(np.array(image, np.uint8, copy=True))
            image = image.view(28, 28, 1).permute(2, 0, 1).contiguous()
        else:
            image = image.unsqueeze(0)
        return image.to(dtype=torch.get_default_dtype()).div(255), 0


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 400)
        self.fc21 = nn.Linear(400, 20)
        self.fc22 = nn.Linear(400, 20)
        self.fc3 = nn.Linear(20, 400)
        self.fc4 = nn.Linear(400, 784)

    def forward(self, x):
        h1 = F.relu(self.fc1(x))
        mu, logvar = self.fc21(h1), self.fc22(h1)
        std = torch.exp(0.5 * logvar)
        z = mu + torch.randn_like(std) * std
        return torch.sigmoid(self.fc4(F.relu(self.fc3(z)))), mu, logvar


def loss_function(recon_x, x, mu, logvar):
    bce = F.binary_cross_entropy(recon_x, x, reduction="sum")
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return bce + kld


def openblas_threads(count):
    for path in glob.glob("/usr/lib/*/libopenblas.so.0"):
        ctypes.CDLL(path).openblas_set_num_threads(count)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("mnist")
    parser.add_argument("--preloaded", action="store_true")
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--threads", type=int, default=0, help="torch.set_num_threads; 0: default")
    parser.add_argument("--openblas", type=int, default=0, help="threads of OpenBLAS; 0: default")
    options = parser.parse_args()
    torch.manual_seed(1)
    if options.threads:
        torch.set_num_threads(options.threads)
    if options.openblas:
        openblas_threads(options.openblas)
    images = read_images(options.mnist)
    model = VAE()
    optimizer = optim.Adam(model.parameters(), lr=1e-3)

    if options.preloaded:
        data = images.view(-1, 784).float().div_(255)

        def batches():
            while True:
                order = torch.randperm(len(data))
                for i in range(0, len(data) - 127, 128):
                    yield data[order[i:i + 128]]
    else:
        try:
            from PIL import Image as pillow
        except ImportError:
            pillow = None  # one conversion less: to the baseline's advantage
        loader = torch.utils.data.DataLoader(Mnist(images, pillow), batch_size=128, shuffle=True)

        def batches():
            while True:
                for x, _ in loader:
                    yield x.view(-1, 784)

    rates, block, running = [], 50, 0.0
    start = time.perf_counter()
    for step, x in enumerate(batches(), 1):
        optimizer.zero_grad()
        recon, mu, logvar = model(x)
        loss = loss_function(recon, x, mu, logvar)
        loss.backward()
        running = loss.item() / len(x)
        optimizer.step()
        if step % block == 0:
            now = time.perf_counter()
            rates.append(block * 128 / (now - start))
            start = now
        if step >= options.steps:
            break
    rates = rates[1:] if len(rates) > 2 else rates
    print(json.dumps({"samples_per_second": round(statistics.median(rates)), "steps": step,
                      "preloaded": options.preloaded, "threads": torch.get_num_threads(),
                      "openblas": options.openblas, "loss": round(running, 2),
                      "torch": torch.__version__}))


if __name__ == "__main__":
    main()
