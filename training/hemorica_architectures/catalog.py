"""The 10 classifiers and 16 segmenters of the paper, as timm and segmentation-models-pytorch build them."""

from dataclasses import dataclass
from typing import Literal

import segmentation_models_pytorch as smp
import timm
from torch import nn

SIDE = 224
"""Pixels along a side of the input."""
CHANNELS = 3
"""The gray slice, repeated for encoders that were pre-trained on color pictures."""

CNN_RATE = 1e-3
TRANSFORMER_RATE = 1e-4

Task = Literal["classification", "segmentation"]
Decoder = Literal["UNet", "PSPNet"]

# SwinV2 is given the paper's picture of 224 pixels, which windows of 7 tile at every level (56, 28, 14, 7).
# Its position bias is computed from coordinates, so weights trained with windows of 8 load.
SWIN = {"img_size": SIDE, "window_size": 7}
# A PSPNet takes its encoder to stride 8, where Tiny and Small are still the same network; with SwinV2 it takes all of it.
SWIN_PSPNET = {"encoder_depth": 5, "upsampling": 32}


@dataclass(frozen=True)
class Architecture:
    name: str
    """Identifier, and the name of the model in its manifest."""
    title: str
    task: Task
    encoder: str
    """Name in timm (classifiers) or segmentation-models-pytorch (segmenters)."""
    decoder: Decoder | None
    rate: float
    """Learning rate of the paper."""

    def build(self, pretrained: bool) -> nn.Module:
        """The network: [pictures, 3, 224, 224] to logits, [pictures, 1] of a classifier and [pictures, 1, 224, 224] of a segmenter.

        `pretrained` loads ImageNet weights, which the libraries fetch from their own hosts.
        """
        swin = SWIN if "swinv2" in self.encoder else {}
        if self.decoder is None:
            return timm.create_model(self.encoder, pretrained=pretrained, num_classes=1, in_chans=CHANNELS, **swin)
        weights = "imagenet" if pretrained else None
        if self.decoder == "UNet":
            return smp.Unet(self.encoder, encoder_weights=weights, in_channels=CHANNELS, classes=1, **swin)
        deeper = SWIN_PSPNET if swin else {}
        return smp.PSPNet(self.encoder, encoder_weights=weights, in_channels=CHANNELS, classes=1, **deeper, **swin)


# name, title, name in timm, learning rate
_CLASSIFIERS = [
    ("efficientnetv2-b0", "EfficientNetV2 B0", "tf_efficientnetv2_b0.in1k", CNN_RATE),
    ("efficientnetv2-large", "EfficientNetV2 Large", "tf_efficientnetv2_l.in1k", CNN_RATE),
    ("resnet18", "ResNet 18", "resnet18.tv_in1k", CNN_RATE),
    ("resnet50", "ResNet 50", "resnet50.tv_in1k", CNN_RATE),
    ("densenet121", "DenseNet 121", "densenet121.tv_in1k", CNN_RATE),
    ("densenet161", "DenseNet 161", "densenet161.tv_in1k", CNN_RATE),
    ("swinv2-tiny", "SwinV2 Tiny", "swinv2_tiny_window8_256.ms_in1k", TRANSFORMER_RATE),
    ("swinv2-small", "SwinV2 Small", "swinv2_small_window8_256.ms_in1k", TRANSFORMER_RATE),
    ("mobilevit-xs", "MobileViT XS", "mobilevit_xs.cvnets_in1k", TRANSFORMER_RATE),
    ("mobilevit-s", "MobileViT S", "mobilevit_s.cvnets_in1k", TRANSFORMER_RATE),
]

# name, title, name in segmentation-models-pytorch, learning rate
_ENCODERS = [
    ("efficientnet-b0", "EfficientNet B0", "efficientnet-b0", CNN_RATE),
    ("efficientnet-b5", "EfficientNet B5", "efficientnet-b5", CNN_RATE),
    ("resnet18", "ResNet 18", "resnet18", CNN_RATE),
    ("resnet50", "ResNet 50", "resnet50", CNN_RATE),
    ("densenet121", "DenseNet 121", "densenet121", CNN_RATE),
    ("densenet161", "DenseNet 161", "densenet161", CNN_RATE),
    ("swinv2-tiny", "SwinV2 Tiny", "tu-swinv2_tiny_window8_256.ms_in1k", TRANSFORMER_RATE),
    ("swinv2-small", "SwinV2 Small", "tu-swinv2_small_window8_256.ms_in1k", TRANSFORMER_RATE),
]


def _catalog() -> dict[str, Architecture]:
    classifiers = [
        Architecture(f"classify-{name}", title, "classification", encoder, None, rate)
        for name, title, encoder, rate in _CLASSIFIERS
    ]
    segmenters = [
        Architecture(f"{prefix}-{name}", f"{decoder}, {title}", "segmentation", encoder, decoder, rate)
        for prefix, decoder in (("unet", "UNet"), ("pspnet", "PSPNet"))
        for name, title, encoder, rate in _ENCODERS
    ]
    return {architecture.name: architecture for architecture in classifiers + segmenters}


CATALOG = _catalog()
