"""The names of activities and channels of UCI HAR."""

#: The activities of UCI HAR; the position is the label.
ACTIVITY_NAMES: tuple[str, ...] = (
    "walking",
    "walking_upstairs",
    "walking_downstairs",
    "sitting",
    "standing",
    "laying",
)

#: The channels of UCI HAR along the last axis: accelerations in g, angular velocities in rad/s.
CHANNEL_NAMES: tuple[str, ...] = (
    "total_acc_x",
    "total_acc_y",
    "total_acc_z",
    "body_acc_x",
    "body_acc_y",
    "body_acc_z",
    "body_gyro_x",
    "body_gyro_y",
    "body_gyro_z",
)

#: The channels of a recording as measured by a phone.
RECORDED_CHANNEL_NAMES: tuple[str, ...] = tuple(
    name for name in CHANNEL_NAMES if not name.startswith("body_acc")
)
