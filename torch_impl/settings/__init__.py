"""The settings of PyTorch's modules, optimizers and losses; compare.traces.settings collects them."""

import torch
from torch.nn.modules.loss import _Loss

from compare.traces import settings
from compare.traces.settings.losses import loss_objects
from torch_impl.settings.activations import ends_without_activation
from torch_impl.settings.layers import layer_settings, neighbours
from torch_impl.settings.losses import loss_calls, one_loss
from torch_impl.settings.optimizers import optimizer_settings
from torch_impl.weights.layers import kind, named_layers

KEPT = "of the weight, with a gradient"

# What prepares inputs.
PREPROCESSING = ("Normalize", "Resize", "ConvertImageDtype", "ToDtype")


class Settings(settings.Settings):
    """The settings of PyTorch's objects."""

    layers, kind, neighbours = map(staticmethod, (named_layers, kind, neighbours))
    of_layer, of_optimizer = map(staticmethod, (layer_settings, optimizer_settings))

    def of_places(self, model) -> dict[str, dict]:
        """That no activation follows a layer."""
        bare = ends_without_activation(model)
        return {path: {"activation": "none"} for path, layer in named_layers(model).items() if id(layer) in bare}

    def preparing(self, model) -> list[str]:
        """Those of torchvision.transforms that are modules, by their class names."""
        return [repr(layer) for layer in named_layers(model).values() if type(layer).__name__ in PREPROCESSING]

    def spectral_norm(self, model) -> str:
        """That of parametrizations, and the older one that is a hook."""
        return KEPT if any(map(_is_spectral, model.modules())) else ""

    def of_loss(self, loss) -> list[tuple[str, dict]]:
        """The losses of torch.nn that it is or uses."""
        return [one_loss(each) for each in loss_objects(loss, _Loss)]

    def of_precision(self, model) -> dict:
        """The dtype of new tensors, of the weights, and of what autocast lowers."""
        dtypes = sorted({_name(parameter.dtype) for parameter in model.parameters()})
        device = next((parameter.device.type for parameter in model.parameters()), "cpu")
        compute = [_name(torch.get_autocast_dtype(device))] if torch.is_autocast_enabled(device) else dtypes
        return {"default dtype": _name(torch.get_default_dtype()), "dtype of weights": dtypes, "compute dtype": compute}

    def weights(self, layer) -> list[tuple[tuple[int, ...], bool]]:
        """By each parameter's requires_grad."""
        return [(tuple(parameter.shape), parameter.requires_grad) for parameter in layer.parameters()]

    def flagged(self, layer) -> list:
        """Its parameters: PyTorch's modules have no flag."""
        return list(layer.parameters())


describe, made_at, flags_set_at = Settings().describe, Settings().made_at, Settings().flags_set_at

__all__ = ["Settings", "describe", "flags_set_at", "loss_calls", "made_at"]


def _is_spectral(module) -> bool:
    rules = [module, *module._forward_pre_hooks.values()]
    return any(type(rule).__name__ in ("_SpectralNorm", "SpectralNorm") for rule in rules)


def _name(dtype: torch.dtype) -> str:
    """A dtype as NumPy writes it."""
    return str(dtype).removeprefix("torch.")
