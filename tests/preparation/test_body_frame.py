"""The frame of the body: found where it is known, and applied alike to files and streams."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from sklearn_har.datasets import make_har_recordings, make_har_windows
from sklearn_har.exceptions import RecordingWarning
from sklearn_har.preparation import BodyFrame, Preparation, align_windows, estimate_body_frame
from sklearn_har.recordings import Recording

ANYHOW = make_har_recordings(
    n_subjects=12, seconds_per_activity=40.0, orientation="any", random_state=0
)
RATE = 50.0


def degrees(one, other):
    return np.degrees(np.arccos(np.clip(one @ other, -1.0, 1.0)))


def turn(recording, rotation):
    samples = (recording.samples.reshape(-1, 2, 3) @ rotation.T).reshape(len(recording), 6)
    return replace(recording, samples=samples)


def only(recording, *activities):
    """Cut out the samples of activities."""
    there = np.isin(recording.labels.astype(str), activities)
    return Recording(
        recording.samples[there],
        sampling_rate=RATE,
        channel_names=recording.channel_names,
        labels=recording.labels[there],
    )


def joined(*recordings):
    return Recording(
        np.concatenate([recording.samples for recording in recordings]),
        sampling_rate=RATE,
        channel_names=recordings[0].channel_names,
    )


def quietly(function, *args, **kwargs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RecordingWarning)
        return function(*args, **kwargs)


class TestEstimate:
    @pytest.mark.parametrize("i", range(12))
    def test_up_and_forward_of_a_phone_worn_any_way_round(self, i):
        frame = estimate_body_frame(ANYHOW.recordings[i])
        truth = ANYHOW.rotation[i]
        assert frame.known == "body"
        assert degrees(frame.up, truth[0]) < 6.0
        assert degrees(frame.forward, truth[1]) < 20.0
        assert frame.agreement > 0.8
        assert 17.0 <= frame.walking <= 130.0
        assert (frame.start, frame.end) == (-np.inf, np.inf)

    def test_it_is_a_rotation_that_turns_with_the_phone(self):
        recording = ANYHOW.recordings[1]
        rotation = Rotation.from_euler("xyz", [70, -130, 20], degrees=True).as_matrix()
        frame = estimate_body_frame(recording)
        turned = estimate_body_frame(turn(recording, rotation))
        np.testing.assert_allclose(frame.rotation @ frame.rotation.T, np.eye(3), atol=1e-9)
        assert np.linalg.det(frame.rotation) == pytest.approx(1.0)
        # The median of each axis depends on the axes, and the noise filter of each channel too.
        assert degrees(turned.up, rotation @ frame.up) < 1.0
        assert degrees(turned.forward, rotation @ frame.forward) < 1.0

    def test_the_labels_are_not_looked_at(self):
        recording = ANYHOW.recordings[2]
        blind = replace(recording, labels=None)
        np.testing.assert_array_equal(
            estimate_body_frame(recording).rotation, estimate_body_frame(blind).rotation
        )

    def test_accelerations_alone_are_enough(self):
        recording = ANYHOW.recordings[3]
        alone = Recording(
            recording.samples[:, :3],
            sampling_rate=RATE,
            channel_names=recording.channel_names[:3],
        )
        np.testing.assert_array_equal(
            estimate_body_frame(alone, "accelerometer").rotation,
            estimate_body_frame(recording).rotation,
        )

    @pytest.mark.parametrize("rate", [25.0, 100.0])
    def test_any_rate(self, rate):
        fast = make_har_recordings(
            n_subjects=1, orientation="any", sampling_rate=rate, random_state=0
        )
        frame = estimate_body_frame(fast.recordings[0])
        assert degrees(frame.up, fast.rotation[0][0]) < 6.0
        assert degrees(frame.forward, fast.rotation[0][1]) < 20.0

    def test_a_person_who_sits_has_no_frame(self):
        frame = estimate_body_frame(only(ANYHOW.recordings[0], "sitting", "standing"))
        assert frame.known == "none"
        assert frame.up is None
        assert frame.forward is None
        np.testing.assert_array_equal(frame.rotation, np.eye(3))

    def test_a_phone_that_lies_on_a_table_has_no_frame(self):
        noise = np.random.default_rng(0).normal([0, 0, 1], 0.01, (6000, 3))
        table = Recording(noise, sampling_rate=RATE, channel_names=["acc_x", "acc_y", "acc_z"])
        assert estimate_body_frame(table, "accelerometer").known == "none"

    def test_a_phone_that_is_shaken_has_no_forward(self):
        # Cycling and shaking are movement at the frequency of steps along one axis.
        t = np.arange(6000) / RATE
        shaken = np.column_stack(
            [0.5 * np.sin(4 * np.pi * t), 0 * t, 1 + 0.2 * np.sin(4 * np.pi * t)]
        )
        recording = Recording(shaken, sampling_rate=RATE, channel_names=["acc_x", "acc_y", "acc_z"])
        assert estimate_body_frame(recording, "accelerometer").known != "body"

    def test_stairs_downwards_alone_do_not_point_backwards(self):
        wrong = 0
        for i, recording in enumerate(ANYHOW.recordings):
            frame = estimate_body_frame(only(recording, "walking_downstairs"))
            if frame.forward is not None:
                wrong += degrees(frame.forward, ANYHOW.rotation[i][1]) > 90.0
        assert wrong <= 1

    def test_a_phone_that_was_put_in_anew(self):
        first = only(ANYHOW.recordings[1], "walking", "standing")
        rotation = Rotation.from_euler("xyz", [90, 10, 120], degrees=True).as_matrix()
        in_hand = replace(first, samples=np.tile([0.1, 0.0, 1.0, 0.0, 0.0, 0.0], (len(first), 1)))
        both = joined(first, only(in_hand, "standing"), turn(first, rotation))
        frames = Preparation().body_frames(both)
        assert [frame.known for frame in frames] == ["body", "body"]
        change = len(first) / RATE + 20.0
        assert frames[0].end == frames[1].start
        assert abs(frames[0].end - change) < 22.0
        assert degrees(frames[0].forward, ANYHOW.rotation[1][1]) < 20.0
        assert degrees(frames[1].forward, rotation @ ANYHOW.rotation[1][1]) < 20.0
        with pytest.warns(RecordingWarning, match="repositioned 1 time"):
            best = estimate_body_frame(both)
        assert best.walking == max(frame.walking for frame in frames)

    def test_a_long_way_downstairs_is_no_phone_that_was_put_in_anew(self):
        for seed in range(3):
            made = make_har_recordings(n_subjects=3, seconds_per_activity=60.0, random_state=seed)
            assert [len(Preparation().body_frames(r)) for r in made.recordings] == [1, 1, 1]

    def test_wrong_arguments(self):
        with pytest.raises(TypeError, match="recording must be a Recording"):
            estimate_body_frame(np.zeros((500, 3)))
        with pytest.raises(ValueError, match="unless acceleration names three axes, got 2"):
            estimate_body_frame(ANYHOW.recordings[0], Preparation(acceleration=(0, 1)))
        with pytest.raises(ValueError, match="below 8 Hz, at which steps cannot be seen, got 5"):
            estimate_body_frame(
                ANYHOW.recordings[0], Preparation(sampling_rate=5.0, noise_cutoff=None)
            )


class TestPreparation:
    def test_signals_do_not_depend_on_how_the_phone_is_worn(self):
        usual = make_har_recordings(n_subjects=1, seconds_per_activity=40.0, random_state=0)
        turned = turn(usual.recordings[0], Rotation.random(random_state=3).as_matrix())
        preparation = Preparation(frame="body", noise_cutoff=None)
        one, other = preparation.transform([usual.recordings[0], turned])
        np.testing.assert_allclose(one.samples, other.samples, atol=0.05)
        np.testing.assert_allclose(np.median(one.samples[:, 0]), 1.0, atol=0.2)

    def test_the_last_channel_says_whether_the_frame_is_known(self):
        walked = ANYHOW.recordings[0]
        sat = only(walked, "sitting", "standing")
        with pytest.warns(
            RecordingWarning, match="not known in 1 of 2 recordings.*17 s of level walking"
        ):
            known, unknown = Preparation(frame="body").transform([walked, sat])
        assert known.channel_names[-1] == "frame_known"
        assert (known.samples[:, -1] == 1.0).all()
        assert (unknown.samples[:, -1] == 0.0).all()
        device = Preparation().transform([sat])[0]
        np.testing.assert_array_equal(unknown.samples[:, :-1], device.samples)

    @pytest.mark.parametrize("frame", ["upright", "body"])
    def test_all_triads_are_turned_alike(self, frame):
        recording = ANYHOW.recordings[4]
        preparation = Preparation(frame=frame)
        device = Preparation().transform([recording])[0].samples
        turned = preparation.transform([recording])[0].samples
        rotation = np.linalg.lstsq(device[:, :3], turned[:, :3], rcond=None)[0]
        np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-4)
        for j in (3, 6):
            np.testing.assert_allclose(
                device[:, j : j + 3] @ rotation, turned[:, j : j + 3], atol=1e-3
            )
        up = estimate_body_frame(recording).up
        np.testing.assert_allclose(rotation[:, 0], up, atol=1e-4)

    def test_other_channels_are_left_alone(self):
        source = ANYHOW.recordings[0]
        heart = np.full((len(source), 1), 70.0)
        recording = Recording(
            np.concatenate([source.samples, heart], axis=1),
            sampling_rate=RATE,
            channel_names=[*source.channel_names, "heart"],
        )
        prepared = Preparation(other=["heart"], frame="body").transform([recording])[0]
        assert prepared.channel_names[-2:] == ("heart", "frame_known")
        np.testing.assert_allclose(prepared.samples[:, -2], 70.0, atol=1e-4)

    @pytest.mark.parametrize("size", [1, 37, 10**6])
    def test_the_causal_rule_gives_the_windows_of_a_stream_to_the_last_bit(self, size):
        recording = only(ANYHOW.recordings[1], "walking", "standing", "walking_upstairs")
        recording = replace(recording, labels=None, breaks=[2500])
        preparation = Preparation(frame="body", frame_from="past")
        windows = preparation.windows([recording]).data
        stream = preparation.stream(recording.channel_names, RATE)
        found = []
        for part in recording.parts:
            for begin in range(part.start, part.stop, size):
                piece = slice(begin, min(begin + size, part.stop))
                found.append(stream.push(recording.time[piece], recording.samples[piece])[1])
                if begin % (9 * size) == 0:
                    # Saved and gone on with elsewhere.
                    state = stream.get_state()
                    stream = preparation.stream(recording.channel_names, RATE)
                    stream.set_state(state)
            found.append(stream.finish()[1])
        np.testing.assert_array_equal(np.concatenate(found), windows)
        known = windows[..., -1].mean(axis=1)
        assert known[0] == 0.0
        assert known[-1] == 1.0

    def test_a_stream_told_the_frames_gives_the_windows_of_the_recording(self):
        recording = replace(ANYHOW.recordings[2], labels=None)
        preparation = Preparation(frame="body")
        frames = preparation.body_frames(recording)
        stream = preparation.stream(recording.channel_names, RATE, frames=frames)
        begun = stream.push(recording.time, recording.samples)[1]
        np.testing.assert_array_equal(
            np.concatenate([begun, stream.finish()[1]]), preparation.windows([recording]).data
        )

    def test_the_future_does_not_change_the_causal_rule(self):
        recording = ANYHOW.recordings[1]
        preparation = Preparation(frame="body", frame_from="past")
        whole = preparation.transform([recording])[0].samples
        half = len(recording) // 2
        begin = replace(
            recording,
            samples=recording.samples[:half],
            time=recording.time[:half],
            labels=recording.labels[:half],
        )
        beginning = quietly(preparation.transform, [begin])[0].samples
        np.testing.assert_array_equal(whole[: half - 1], beginning[: half - 1])

    def test_windows_with_and_without_the_frame(self):
        preparation = Preparation(frame="body")
        windows = preparation.windows(ANYHOW.recordings[:2], with_unknown_frame=True)
        n = len(windows.data) // 2
        assert (windows.data[:n, :, -1] == 1).all()
        assert (windows.data[n:, :, -1] == 0).all()
        for field in ("target", "recording", "start_time", "subject"):
            np.testing.assert_array_equal(windows[field][:n], windows[field][n:])
        device = Preparation().windows(ANYHOW.recordings[:2])
        np.testing.assert_array_equal(windows.data[n:, :, :-1], device.data)

    @pytest.mark.parametrize(
        ("params", "message"),
        [
            ({"frame": "world"}, "frame must be one of .*got 'world'"),
            ({"frame_from": "future"}, "frame_from must be one of .*got 'future'"),
            (
                {"frame": "body", "angular_velocity": (3,)},
                "angular_velocity names three axes, got 1",
            ),
            ({"frame": "body", "acceleration": (0, 1)}, "acceleration names three axes, got 2"),
        ],
    )
    def test_wrong_parameters(self, params, message):
        with pytest.raises(ValueError, match=message):
            Preparation(**params).transform(ANYHOW.recordings[:1])


class TestAlignWindows:
    def test_it_turns_the_windows_of_each_recording(self):
        windows = make_har_windows(n_subjects=3, n_windows_per_activity=20, random_state=0)
        rotations = Rotation.random(3, random_state=0).as_matrix()
        turned = windows.data.copy()
        for i, subject in enumerate(np.unique(windows.subject)):
            mine = windows.subject == subject
            triads = turned[mine].reshape(-1, 128, 3, 3)
            turned[mine] = (triads @ rotations[i].T).reshape(-1, 128, 9)
        usual = align_windows(windows.data, windows.subject)
        found = align_windows(turned, windows.subject)
        assert found.dtype == windows.data.dtype
        assert (found[..., -1] == 1.0).all()
        np.testing.assert_allclose(found, usual, atol=0.05)

    def test_a_recording_without_walking_is_left_as_it_is(self):
        windows = make_har_windows(n_subjects=2, n_windows_per_activity=20, random_state=0)
        still = (windows.subject == 1) & (windows.target < 3)
        X, recording = windows.data[~still], windows.subject[~still]
        with pytest.warns(RecordingWarning, match="1 of 2 recordings.*recording 1"):
            aligned = align_windows(X, recording)
        mine = recording == 1
        np.testing.assert_array_equal(aligned[mine][..., :-1], X[mine])
        assert (aligned[mine][..., -1] == 0).all()
        assert (aligned[~mine][..., -1] == 1).all()

    @pytest.mark.parametrize(
        ("X", "params", "message"),
        [
            (np.zeros((4, 128)), {}, "X must have shape"),
            (np.zeros((4, 128, 2)), {}, "X must have shape"),
            (np.zeros((4, 64, 9)), {}, "at least 2 s.*64 time steps at 50 Hz"),
            (np.zeros((4, 128, 9)), {"frame": "device"}, "frame must be one of"),
            (np.zeros((3, 128, 9)), {}, "one entry for each of the 3 windows"),
        ],
    )
    def test_wrong_arguments(self, X, params, message):
        with pytest.raises(ValueError, match=message):
            align_windows(X, np.zeros(4), **params)


def test_a_frame_of_nothing():
    frame = BodyFrame()
    assert (frame.known, frame.up, frame.forward) == ("none", None, None)
