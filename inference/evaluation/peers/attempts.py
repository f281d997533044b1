"""What is run of which package, with which settings."""
import dataclasses
import typing

import numpy as np
import torch

import digits
import language
import with_dattri
import with_kronfluence
import with_traker


@dataclasses.dataclass
class Attempt:
    """One package's method with one choice of settings."""
    name: str
    settings: str
    run: typing.Callable
    # Our method that must score the same, or none where it is another method or it draws at random.
    same_as: str | None = None


def dampings(export, model):
    """DataInf's damping of each matrix: a factor times the mean squared entry of its gradients."""
    factor = export.settings["datainf"]["damping"]
    rows = export.array("gradients")[:export.trained]
    blocks = [export.cut(row) for row in rows]
    means = [np.mean([np.square(b[name]).mean() for b in blocks]) for name in export.blocks()]
    names = [name for name, _ in model.named_parameters()]
    return {name: factor * float(mean) for name, mean in zip(names, means, strict=True)}


def everywhere(export, dattri, model):
    """The attempts with dattri that any model can take."""
    by_matrix = dampings(export, model)
    return [
        Attempt("dattri TracIn", "one checkpoint, not projected",
                lambda: dattri.dots(False, False), "grad-dot"),
        Attempt("dattri TracIn", "one checkpoint, its default of 512 random dimensions",
                lambda: dattri.dots(False, True)),
        Attempt("dattri TracIn", "one checkpoint, normalised, not projected",
                lambda: dattri.dots(True, False), "grad-cos"),
        Attempt("dattri DataInf", "ours: 0.1 of each matrix's mean squared entry",
                lambda: dattri.datainf_by_matrix(by_matrix), "datainf"),
        Attempt("dattri DataInf", "its default: no damping", lambda: dattri.datainf(0.0)),
        Attempt("dattri DataInf", "0.1 for all", lambda: dattri.datainf(0.1)),
        Attempt("dattri TRAK", "its defaults: 512 dimensions, no ridge",
                lambda: dattri.trak(512, 0.0)),
    ]


def of_language(export):
    """The attempts on one export of the language model's adapter."""
    model, data = language.Language(export), language.tensors(export)
    dattri = with_dattri.Run(model, language.loss, *data)
    return everywhere(export, dattri, model) + [
        Attempt("dattri TRAK", "128 dimensions, no ridge", lambda: dattri.trak(128, 0.0))]


def of_digits(export):
    """The attempts on one export of digits."""
    model, data = digits.model(export), digits.tensors(export)
    dattri = with_dattri.Run(model, digits.loss, *data)
    # Of the linear model: the penalty it was trained with. The network has none, and takes the same.
    damping = export.settings["exact-if"]["damping"] or 1 / export.trained
    kron = lambda strategy, amount, empirical=False: (
        lambda: with_kronfluence.scores(model, data, strategy, amount, empirical))
    attempts = everywhere(export, dattri, model) + [
        Attempt("dattri EK-FAC", f"damping {damping:g}", lambda: dattri.ekfac(damping)),
        Attempt("dattri EK-FAC", "its default: no damping", lambda: dattri.ekfac(0.0)),
        Attempt("dattri IF, CG", "its defaults: 10 iterations, no damping",
                lambda: dattri.conjugate(0.0, 10)),
        Attempt("dattri IF, CG", f"10 iterations, damping {damping:g}",
                lambda: dattri.conjugate(damping, 10)),
        Attempt("kronfluence identity", "its defaults", kron("identity", None), "grad-dot"),
        Attempt("kronfluence EK-FAC", "its default: damping 1e-8", kron("ekfac", 1e-8)),
        Attempt("kronfluence EK-FAC", "its heuristic: 0.1 of the mean eigenvalue",
                kron("ekfac", None)),
        Attempt("kronfluence EK-FAC", "ours: 1 of the mean eigenvalue, empirical",
                kron("ekfac", ("mean", 1.0), True)),
        Attempt("traker TRAK", "its default: 2048 dimensions, no ridge",
                lambda: with_traker.scores(model, data, 2048, 0.0)),
        Attempt("traker TRAK", "512 dimensions, no ridge",
                lambda: with_traker.scores(model, data, 512, 0.0)),
    ]
    if export.setting == "digits-lr":
        attempts += [
            Attempt("dattri IF, explicit", f"ours: damping {damping:g}",
                    lambda: dattri.explicit(damping), "exact-if"),
            Attempt("dattri IF, explicit", "its default: no damping",
                    lambda: dattri.explicit(0.0)),
            Attempt("dattri IF, CG", f"100 iterations, damping {damping:g}",
                    lambda: dattri.conjugate(damping, 100), "exact-if"),
        ]
    return attempts


def gradients(model, loss, data):
    """Each datum's gradient, flat, by torch's reverse mode."""
    parameters = {name: value.detach() for name, value in model.named_parameters()}
    one = lambda *datum: torch.func.grad(
        lambda p: loss(model, p, tuple(part.unsqueeze(0) for part in datum)))(parameters)
    found = torch.func.vmap(one)(*data)
    return torch.cat([part.flatten(1) for part in found.values()], dim=1).numpy()


def gradient_error(export):
    """Largest `‖g − ĝ‖ / ‖ĝ‖` over data, of our gradients `g` against torch's reverse mode `ĝ`."""
    if export.setting.startswith("digits"):
        model, loss, data = digits.model(export), digits.loss, digits.tensors(export)
    else:
        model, loss, data = language.Language(export), language.loss, language.tensors(export)
    torches = np.concatenate([gradients(model, loss, part) for part in data])
    errors = np.linalg.norm(export.array("gradients") - torches, axis=1)
    # A datum that the model is sure of has a gradient of almost nothing.
    floor = 1e-6 * np.linalg.norm(torches, axis=1).max()
    return float((errors / np.maximum(np.linalg.norm(torches, axis=1), floor)).max())
