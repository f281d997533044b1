"""The digits' two models in torch, written from their formulas, with the harness's parameters."""
import torch
from torch import nn


class Linear(nn.Module):
    """z = W x; x ends with a constant 1."""

    def __init__(self, outputs, inputs):
        super().__init__()
        self.linear = nn.Linear(inputs, outputs, bias=False)

    def forward(self, x):
        return self.linear(x)


class Network(nn.Module):
    """z = W2 [tanh(W1 x), 1]."""

    def __init__(self, hidden, inputs, outputs):
        super().__init__()
        self.hidden = nn.Linear(inputs, hidden, bias=False)
        self.output = nn.Linear(hidden + 1, outputs, bias=False)

    def forward(self, x):
        h = torch.tanh(self.hidden(x))
        return self.output(torch.cat([h, torch.ones_like(h[..., :1])], dim=-1))


class Scaled(nn.Module):
    """A model whose matrices are `scale` times its parameters.

    A gradient by such a parameter is `scale` times as long, so that a package with one damping for
    all matrices applies `damping / scale²` to each: a damping of its own for each matrix."""

    def __init__(self, model, scales):
        super().__init__()
        self.inner = [model]
        self.scales = {name: float(scale) for name, scale in scales.items()}
        for name, value in model.named_parameters():
            room = nn.Module()
            room.weight = nn.Parameter(value.detach() / self.scales[name])
            self.add_module(name.replace(".", "_"), room)

    def forward(self, *inputs):
        rooms = {name: getattr(self, name.replace(".", "_")) for name in self.scales}
        weights = {name: rooms[name].weight * scale for name, scale in self.scales.items()}
        return torch.func.functional_call(self.inner[0], weights, inputs)


def model(export):
    """The model of an export with its trained parameters."""
    blocks = list(export.blocks().values())
    if len(blocks) == 1:
        made = Linear(*blocks[0].shape)
    else:
        made = Network(blocks[0].shape[0], blocks[0].shape[1], blocks[1].shape[0])
    with torch.no_grad():
        for parameter, block in zip(made.parameters(), blocks, strict=True):
            parameter.copy_(torch.from_numpy(block))
    return made.eval()


def tensors(export):
    """Inputs and labels: of the trained rows, and of the queries."""
    inputs = torch.from_numpy(export.array("inputs"))
    labels = torch.from_numpy(export.array("labels").astype("int64"))
    cut = export.trained
    return (inputs[:cut], labels[:cut]), (inputs[cut:], labels[cut:])


def loss(made, parameters, data):
    """The mean loss of some data at some parameters."""
    inputs, labels = data
    logits = torch.func.functional_call(made, parameters, (inputs,))
    return nn.functional.cross_entropy(logits, labels)
