"""Ports are kept while they are free and chosen anew when they are not."""

import json
import socket

import pytest

from scripts.launcher.ports import free_port, is_free, kept_port, read_ports


@pytest.fixture
def taken():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_port_is_remembered_beside_others(tmp_path):
    store = tmp_path / "ports.json"
    first, other = kept_port("postgres", store), kept_port("broker", store)
    assert kept_port("postgres", store) == first
    assert read_ports(store) == {"postgres": first, "broker": other}


def test_a_taken_port_is_replaced(tmp_path, taken):
    store = tmp_path / "ports.json"
    store.write_text(json.dumps({"postgres": taken}))
    chosen = kept_port("postgres", store)
    assert chosen != taken
    assert read_ports(store) == {"postgres": chosen}


def test_free_means_that_nobody_listens(taken):
    assert not is_free(taken)
    assert is_free(free_port())


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"postgres": "x", "broker": 0, "web": 70000}'])
def test_a_broken_memory_counts_as_none(tmp_path, text):
    store = tmp_path / "ports.json"
    store.write_text(text)
    assert read_ports(store) == {}
