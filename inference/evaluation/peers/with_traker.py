"""Scores by traker (its own code) for a classifier."""
import logging
import tempfile

import torch
from trak import TRAKer
from trak.projectors import BasicProjector, ProjectionType


def scores(model, data, dimensions, damping):
    """queries x rows, one model, gradients in f32 (its default is half precision, for GPUs)."""
    (rows, queries), state = data, model.state_dict()
    with tempfile.TemporaryDirectory() as folder:
        width = sum(parameter.numel() for parameter in model.parameters())
        projector = BasicProjector(grad_dim=width, proj_dim=dimensions, seed=0, device="cpu",
                                   proj_type=ProjectionType.normal, dtype=torch.float32)
        traker = TRAKer(
            model=model, task="image_classification", train_set_size=len(rows[0]),
            save_dir=folder, device="cpu", projector=projector, proj_dim=dimensions,
            use_half_precision=False, lambda_reg=damping, logging_level=logging.ERROR)
        traker.load_checkpoint(state, model_id=0)
        traker.featurize(batch=rows, num_samples=len(rows[0]))
        traker.finalize_features()
        traker.start_scoring_checkpoint("queries", state, 0, num_targets=len(queries[0]))
        traker.score(batch=queries, num_samples=len(queries[0]))
        found = traker.finalize_scores("queries")
        return torch.as_tensor(found).float().T.clone().numpy()
