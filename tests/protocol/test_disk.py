"""The disk: what was written is there, what was taken away is not."""

from imteach.protocol import MemoryDisk


def test_none_takes_a_key_away_whether_it_is_there_or_not():
    disk = MemoryDisk()
    disk.write("queue", "m1", None)  # a learner's client may tidy up twice
    disk.write("queue", "m1", ["hello"])
    disk.write("queue", "m2", ["and?"])
    disk.write("queue", "m1", None)
    assert disk.read("queue") == {"m2": ["and?"]}


def test_tables_keep_apart_and_keys_keep_the_order_in_which_they_first_came():
    disk = MemoryDisk()
    for key in ("b", "a", "b"):
        disk.write("dedup", key, True)
    assert list(disk.read("dedup")) == ["b", "a"]
    assert disk.read("queue") == {}
