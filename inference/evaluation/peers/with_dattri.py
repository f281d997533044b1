"""Scores by dattri (its own code), for a model with per-datum losses."""
import torch
from dattri.algorithm import (IFAttributorCG, IFAttributorDataInf, IFAttributorEKFAC,
                              IFAttributorExplicit, TracInAttributor, TRAKAttributor)
from dattri.task import AttributionTask
from torch.utils.data import DataLoader, TensorDataset

from digits import Scaled


class Run:
    """dattri over one model's rows and queries; all scores are queries x rows."""

    def __init__(self, model, loss, rows, queries):
        self.model, self.loss = model, loss
        self.rows = self.loader(rows, len(rows[0]))
        self.queries = self.loader(queries, 50)

    @staticmethod
    def loader(data, size):
        return DataLoader(TensorDataset(*data), batch_size=size)

    def task(self, model=None, **more):
        model = model or self.model
        return AttributionTask(
            loss_func=lambda parameters, data: self.loss(model, parameters, data),
            model=model, checkpoints=model.state_dict(), **more)

    def attribute(self, attributor):
        # One batch of all rows, so that the queries are transformed once.
        attributor.cache(self.rows)
        return attributor.attribute(self.rows, self.queries).detach().T.numpy()

    def explicit(self, damping):
        return self.attribute(IFAttributorExplicit(self.task(), regularization=damping))

    def conjugate(self, damping, iterations):
        attributor = IFAttributorCG(self.task(), max_iter=iterations, regularization=damping)
        return self.attribute(attributor)

    def datainf(self, damping, model=None):
        return self.attribute(IFAttributorDataInf(self.task(model), regularization=damping))

    def datainf_by_matrix(self, dampings):
        """Each matrix with a damping of its own, by its parameters' unit."""
        scales = {name: damping ** -0.5 for name, damping in dampings.items()}
        return self.datainf(1.0, Scaled(self.model, scales))

    def ekfac(self, damping):
        return self.attribute(IFAttributorEKFAC(self.task(), damping=damping))

    def dots(self, cosines, projected):
        """TracIn over the last checkpoint only: dot products, or cosines, of gradients."""
        attributor = TracInAttributor(self.task(), torch.ones(1), normalized_grad=cosines)
        if not projected:
            # Its default projects to 512 dimensions, and no argument says not to.
            attributor.projector_kwargs = None
        return attributor.attribute(self.rows, self.queries).detach().T.numpy()

    def trak(self, dimensions, damping):
        """The target is the margin log(p / (1 − p)), as its authors have it."""
        def margin(parameters, data):
            image, label = data
            inputs = image.unsqueeze(0), label.unsqueeze(0)
            p = torch.exp(-self.loss(self.model, parameters, inputs))
            return torch.log(p) - torch.log1p(-p)

        def chance(parameters, data):
            image, label = data
            inputs = image.unsqueeze(0), label.unsqueeze(0)
            return torch.exp(-self.loss(self.model, parameters, inputs))

        task = AttributionTask(loss_func=margin, model=self.model,
                               checkpoints=self.model.state_dict())
        attributor = TRAKAttributor(
            task, correct_probability_func=chance, device="cpu", regularization=damping,
            projector_kwargs={"proj_dim": dimensions, "device": "cpu"})
        attributor.cache(self.rows)
        return attributor.attribute(self.queries).detach().T.numpy()
