"""Scores by kronfluence (its own code) for a classifier of linear layers."""
import copy
import tempfile

import kronfluence.factor.config as factor_config
import torch
from kronfluence.analyzer import Analyzer, prepare_model
from kronfluence.arguments import FactorArguments, ScoreArguments
from kronfluence.task import Task
from torch import nn
from torch.utils.data import TensorDataset

# kronfluence's own, for a damping that it chooses: this times the mean eigenvalue of each layer.
HEURISTIC = factor_config.HEURISTIC_DAMPING_SCALE


class Classification(Task):
    """Sum over a batch of the losses, of the labels or of ones sampled from the model."""

    def compute_train_loss(self, batch, model, sample=False):
        inputs, labels = batch
        logits = model(inputs)
        if sample:
            with torch.no_grad():
                chances = nn.functional.softmax(logits.detach(), dim=-1)
                labels = torch.multinomial(chances, num_samples=1).flatten()
        return nn.functional.cross_entropy(logits, labels, reduction="sum")

    def compute_measurement(self, batch, model):
        return self.compute_train_loss(batch, model)


def scores(model, data, strategy, damping, empirical):
    """queries x rows. `damping` is added to every eigenvalue, or ("mean", f) for f times the layer's
    mean; `data` is the rows and the queries."""
    task = Classification()
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        analyzer = Analyzer("peer", prepare_model(copy.deepcopy(model), task), task, cpu=True,
                            disable_tqdm=True, output_dir=folder, disable_model_save=True)
        rows, queries = (TensorDataset(*part) for part in data)
        factors = FactorArguments(strategy=strategy, use_empirical_fisher=empirical)
        analyzer.fit_all_factors("factors", rows, per_device_batch_size=len(rows),
                                 factor_args=factors)
        mean = isinstance(damping, tuple)
        factor_config.HEURISTIC_DAMPING_SCALE = damping[1] if mean else HEURISTIC
        analyzer.compute_pairwise_scores(
            "scores", "factors", queries, rows, per_device_query_batch_size=len(queries),
            per_device_train_batch_size=len(rows),
            score_args=ScoreArguments(damping_factor=None if mean else damping))
        factor_config.HEURISTIC_DAMPING_SCALE = HEURISTIC
        return analyzer.load_pairwise_scores("scores")["all_modules"].float().numpy()
