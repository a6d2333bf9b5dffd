"""What the published UCI HAR data set is: where its archives are, its files and what they hold."""

from __future__ import annotations

from dataclasses import dataclass

from sklearn_har.datasets._archives import Member
from sklearn_har.datasets._download import RemoteArchive

# The first archive holds the second, whose older address is the fall-back.
REMOTES = (
    RemoteArchive(
        name="UCI HAR (UCI Machine Learning Repository, data set 240)",
        url="https://archive.ics.uci.edu/static/public/240/"
        "human+activity+recognition+using+smartphones.zip",
        sha256="c00b803081a5c797cd5e4b83700a9810b38d53d9d84e01917e090e1fdbc81031",
        size=61_005_872,
    ),
    RemoteArchive(
        name="UCI HAR (UCI Machine Learning Repository, older address)",
        url="https://archive.ics.uci.edu/ml/machine-learning-databases/00240/"
        "UCI%20HAR%20Dataset.zip",
        sha256="2045e435c955214b38145fb5fa00776c72814f01b203fec405152dac7d5bfeb0",
        size=60_999_314,
    ),
)

MEMBERS = {
    "README.txt": Member(4453, "8a7182026076bd799ad53107dbadf1927a51fd8fd0124beaf122372f6a2db38c"),
    "activity_labels.txt": Member(
        80, "f6e6b292704438261f0283b2a82659ab0661447dc16520938bdf379ed1bf8de0"
    ),
    "train/y_train.txt": Member(
        14704, "415b3357e2e2d5e70a45c781947c6bdd80e0410a579d862eedcd6bbce3c694ef"
    ),
    "train/subject_train.txt": Member(
        20152, "66e1e2fbe9b396fa5155f531dc3348c803f503be663e2318772d49947db9153a"
    ),
    "train/Inertial Signals/total_acc_x_train.txt": Member(
        15071600, "41a7fe1da7b529cc6c2c3d7df97c98752bea74d7a142673dd59c7820fad3b5e6"
    ),
    "train/Inertial Signals/total_acc_y_train.txt": Member(
        15071600, "03bd3a80c0c04bf354597ad62920158b4b6605e157d856a1aab9abb357d40c5d"
    ),
    "train/Inertial Signals/total_acc_z_train.txt": Member(
        15071600, "5be3b593f88d49bb8f740c1c41379fc928ea8608d706594ebbba81cd800a5a33"
    ),
    "train/Inertial Signals/body_acc_x_train.txt": Member(
        15071600, "89f7bf5e360384804439d00f463dd2f717c452c683cac6c0a09b1a191d8ce4a2"
    ),
    "train/Inertial Signals/body_acc_y_train.txt": Member(
        15071600, "4775a586a5a1acc6706edee08c685835daea7bc1d9274e7e7e8d660fea173944"
    ),
    "train/Inertial Signals/body_acc_z_train.txt": Member(
        15071600, "9155718981ff1331dcd2d30aee545905ffba71af9ece5a08d6dfdeeb7d2ec4fb"
    ),
    "train/Inertial Signals/body_gyro_x_train.txt": Member(
        15071600, "423f6806f09059de3c1f443cf1d04a3c3907dc7ee17b5d296ed775b07aa6cde6"
    ),
    "train/Inertial Signals/body_gyro_y_train.txt": Member(
        15071600, "42419d8aaefd1a319561998defb167bfa57f7e51d656b6012d5a59c0b10f5260"
    ),
    "train/Inertial Signals/body_gyro_z_train.txt": Member(
        15071600, "05bc629faee918b0f5b99cd2e68f860c785889627ec8efeb85c29282f3963988"
    ),
    "test/y_test.txt": Member(
        5894, "2a94cb53ca46b956c1b2aebd4a09a72badd8a8e9ea9cdfe9f31b3306a08666bb"
    ),
    "test/subject_test.txt": Member(
        7934, "63b8c577f4a85431c06bd87f6384608c90a9f72f05c7956dd21255dc63515c07"
    ),
    "test/Inertial Signals/total_acc_x_test.txt": Member(
        6041350, "ea71c339c828561bc1dc6f7301a54aeb7e61e6312cb2387ebaea832ffd04203d"
    ),
    "test/Inertial Signals/total_acc_y_test.txt": Member(
        6041350, "32692c617b40c16e020bf059a316bd6bf3a63d771f030dfc5fa4003f390b6f67"
    ),
    "test/Inertial Signals/total_acc_z_test.txt": Member(
        6041350, "622ddf1d9532fbe340472074ef1edd1a2f58aa332682542bb36a8c03c9ba9e04"
    ),
    "test/Inertial Signals/body_acc_x_test.txt": Member(
        6041350, "c07eb8ee8c76eafcd94b42111082700e10f4956b769fbbb0d5413c14f38774fa"
    ),
    "test/Inertial Signals/body_acc_y_test.txt": Member(
        6041350, "0ed0057b41f6870b16a6953ef17f6d42bc5542fa304319fb6b7f424dd3380f0b"
    ),
    "test/Inertial Signals/body_acc_z_test.txt": Member(
        6041350, "a2b58317137533bdbf2342bf301ae854c15b1168259cc7b582c2dd131e3d81d5"
    ),
    "test/Inertial Signals/body_gyro_x_test.txt": Member(
        6041350, "fb4f27f13e4e08055043f34ed52f6d8bbe8ebce7dff9475ff92be03b3d3f607c"
    ),
    "test/Inertial Signals/body_gyro_y_test.txt": Member(
        6041350, "d2501166b2b1f645b51f722fcf31f3aa1e9a3edae18d49322612f37b4495cb80"
    ),
    "test/Inertial Signals/body_gyro_z_test.txt": Member(
        6041350, "90a18ce534be0dfc616cefdac9874e2ea599ae20421cd161361c2a33f40cfa5e"
    ),
}


@dataclass(frozen=True)
class Partition:
    """What one of the two official parts must be after parsing."""

    class_counts: tuple[int, ...]
    subjects: frozenset[int]


_TEST_SUBJECTS = frozenset({2, 4, 9, 10, 12, 13, 18, 20, 24})
PARTITIONS = {
    "train": Partition(
        (1226, 1073, 986, 1286, 1374, 1407), frozenset(range(1, 31)) - _TEST_SUBJECTS
    ),
    "test": Partition((496, 471, 420, 491, 532, 537), _TEST_SUBJECTS),
}
