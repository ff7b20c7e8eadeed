"""A model file says what a paper says, and errors teach."""

import numpy as np
import pytest

from tests.tracks import flat, sensor
from tocsin.errors import SiteError
from tocsin.models.model_file import parse

W15 = """
[model]
scan_s = 1.0
survival = 0.99
gate = 20.0
report_existence = 0.4
prune_existence = 1e-5
detection_probability = 0.9
clutter_per_m2 = 1.1e-4
[[mode]]
name = "steady"
noise = 0.02
[[initial]]
weight = 3.0
mean = [100, 100, 0, 0, 0, 0]
sigma = [150, 150, 0, 1, 1, 0]
[[birth]]
weight = 0.005
mean = [100, 100, 0, 0, 0, 0]
sigma = [150, 150, 0, 1, 1, 0]
"""


def test_a_model_file_is_read() -> None:
    file = parse(W15, "w15.toml")
    assert np.exp(-1.0 / file.model.survival_s) == pytest.approx(0.99)
    assert file.model.modes[0].noise == file.model.modes[0].noise_up == 0.02
    assert file.model.initial[0].weight == 3.0
    assert file.model.births[0].covariance[0, 0] == 150.0**2
    settings = file.settings(flat(sensor(detection_probability=0.5)))
    assert settings.sensors[0].detection_probability == 0.9
    assert settings.tracking.release_existence == 0.4
    assert settings.tracking.gate == 20.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[model", "is no TOML"),
        ("[motel]\n", "[motel] is unknown"),
        ("[model]\nsurvivel = 0.9\n[[mode]]\nnoise = 1", "'survivel' is unknown"),
        ("[model]\nsurvival = 1.5\n[[mode]]\nnoise = 1", "no probability"),
        ('[model]\ngate = "wide"\n[[mode]]\nnoise = 1', "no finite number"),
        ("[model]\n", "no [[mode]]"),
        ("[mode]\nnoise = 1", "two brackets"),
        ("[[mode]]\nshare = 1", "noise is missing"),
        ("[[mode]]\nnoise = 1\n[[birth]]\nweight = 1\nmean = [1]\nsigma = [1]", "six numbers"),
        ("[[mode]]\nnoise = 1\n[[birth]]\nmean = [0,0,0,0,0,0]\nsigma = [0,0,0,0,0,0]", "no number of objects"),
    ],
)
def test_a_wrong_model_file_says_what_was_expected(text: str, said: str) -> None:
    with pytest.raises(SiteError) as error:
        parse(text, "m.toml")
    assert str(error.value).startswith("m.toml: ")
    assert said in str(error.value)
