"""What is run of which package, with which settings."""
import dataclasses
import typing

import numpy as np

import digits
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


def dampings(export, factor):
    """DataInf's damping of each matrix: `factor` times the mean squared gradient's mean entry."""
    rows = export.array("gradients")[:export.trained]
    blocks = [export.cut(row) for row in rows]
    return {f"{name}.weight": factor * float(np.mean([np.square(b[name]).mean() for b in blocks]))
            for name in export.blocks()}


def of_digits(export):
    """The attempts on one export of digits."""
    model, data = digits.model(export), digits.tensors(export)
    dattri = with_dattri.Run(model, *data)
    # Of the linear model: the penalty it was trained with. The network has none, and takes the same.
    damping = export.settings["exact-if"]["damping"] or 1 / export.trained
    factor = export.settings["datainf"]["damping"]
    by_matrix = dampings(export, factor)
    kron = lambda strategy, amount, empirical=False: (
        lambda: with_kronfluence.scores(model, data, strategy, amount, empirical))
    attempts = [
        Attempt("dattri TracIn", "one checkpoint, not projected",
                lambda: dattri.dots(False, False), "grad-dot"),
        Attempt("dattri TracIn", "one checkpoint, its default of 512 random dimensions",
                lambda: dattri.dots(False, True)),
        Attempt("dattri TracIn", "one checkpoint, normalised, not projected",
                lambda: dattri.dots(True, False), "grad-cos"),
        Attempt("dattri DataInf", f"ours: {factor:g} of each matrix's mean squared entry",
                lambda: dattri.datainf_by_matrix(by_matrix), "datainf"),
        Attempt("dattri DataInf", "its default: no damping", lambda: dattri.datainf(0.0)),
        Attempt("dattri DataInf", "0.1 for all", lambda: dattri.datainf(0.1)),
        Attempt("dattri EK-FAC", f"damping {damping:g}", lambda: dattri.ekfac(damping)),
        Attempt("dattri EK-FAC", "its default: no damping", lambda: dattri.ekfac(0.0)),
        Attempt("dattri TRAK", "its defaults: 512 dimensions, no ridge",
                lambda: dattri.trak(512, 0.0)),
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


def gradient_error(export):
    """Largest `‖g − ĝ‖ / ‖ĝ‖` over data, of our gradients `g` against torch's reverse mode `ĝ`."""
    model, data = digits.model(export), digits.tensors(export)
    torches = np.concatenate([digits.gradients(model, part).numpy() for part in data])
    errors = np.linalg.norm(export.array("gradients") - torches, axis=1)
    # A datum that the model is sure of has a gradient of almost nothing.
    floor = 1e-6 * np.linalg.norm(torches, axis=1).max()
    return float((errors / np.maximum(np.linalg.norm(torches, axis=1), floor)).max())
