"""The inputs of the entries of regression_losses.py."""

from compare.components.spec import Spec, binary, fixed, normal, uniform, values

SPECS = {
    "mse": Spec(prediction=normal(6, 3), target=fixed(normal(6, 3))),
    "mse_sum": Spec(prediction=normal(6, 3), target=fixed(normal(6, 3))),
    "mse_none": Spec(prediction=normal(6, 3), target=fixed(normal(6, 3))),
    "mse_column": Spec(prediction=normal(6, 1), target=fixed(normal(6))),
    "mse_masked": Spec(prediction=normal(6, 3), target=fixed(normal(6, 3)), mask=binary(6, 3)),
    "rmse": Spec(prediction=normal(6, 3), target=fixed(normal(6, 3))),
    "msle": Spec(prediction=uniform(6, 3, low=0.1, high=3), target=fixed(uniform(6, 3, low=0.1, high=3))),
    "l1": Spec(prediction=values([[1.0, 2.0], [0.5, -1.0]]), target=fixed(values([[1.0, 3.0], [-1.0, -0.5]]))),
    "l1_sum": Spec(prediction=normal(6, 3), target=fixed(normal(6, 3))),
    "smooth_l1": Spec(prediction=normal(6, 3), target=fixed(normal(6, 3))),
    "huber": Spec(prediction=normal(6, 3), target=fixed(normal(6, 3))),
    "log_cosh": Spec(prediction=normal(6, 3, scale=20), target=fixed(normal(6, 3))),
    "quantile": Spec(prediction=normal(6, 3), target=fixed(normal(6, 3))),
    "poisson_nll": Spec(
        log_rate=normal(4, 3),
        target=fixed(values([[0.0, 1.0, 2.0], [3.0, 0.0, 7.0], [1.0, 1.0, 5.0], [2.0, 4.0, 0.0]])),
    ),
    "poisson_nll_of_rate": Spec(
        rate=uniform(2, 3, low=0.01, high=5), target=fixed(values([[0.0, 1.0, 2.0], [3.0, 0.0, 7.0]]))
    ),
    "poisson_nll_full": Spec(log_rate=normal(2, 3), target=fixed(values([[0.0, 1.0, 2.0], [3.0, 0.0, 7.0]]))),
    "gaussian_nll": Spec(mean=normal(6, 3), target=fixed(normal(6, 3)), variance=uniform(6, 3, low=0.01, high=0.5)),
}
