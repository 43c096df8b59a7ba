"""Reads TensorBoard event files with nothing but Python and prints one JSON object an event.

Written from the descriptions of TFRecord and of the protocol buffers Event, Summary, Layout and
HParamsPluginData, not from the writer; a wrong length or checksum ends it with exit code 1.
"""
import base64
import json
import struct
import sys


def crc32c(data):
    """Bit by bit, in the unreflected domain: polynomial 0x1EDC6F41 over mirrored bytes."""
    mirror = [int(format(i, "08b")[::-1], 2) for i in range(256)]
    table = []
    for i in range(256):
        c = i << 24
        for _ in range(8):
            c = ((c << 1) ^ 0x1EDC6F41) & 0xFFFFFFFF if c & 0x80000000 else c << 1
        table.append(c)
    c = 0xFFFFFFFF
    for byte in data:
        c = ((c << 8) & 0xFFFFFFFF) ^ table[(c >> 24) ^ mirror[byte]]
    return int(format(c ^ 0xFFFFFFFF, "032b")[::-1], 2)


def masked(data):
    c = crc32c(data)
    return (((c >> 15) | (c << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def records(data):
    at = 0
    while at < len(data):
        if at + 12 > len(data):
            raise SystemExit("a record is cut in its header at byte %d" % at)
        length, check = struct.unpack_from("<QI", data, at)
        if masked(data[at:at + 8]) != check:
            raise SystemExit("wrong checksum of a length at byte %d" % at)
        body = data[at + 12:at + 12 + length]
        if len(body) < length or at + 16 + length > len(data):
            raise SystemExit("a record is cut at byte %d" % at)
        if masked(body) != struct.unpack_from("<I", data, at + 12 + length)[0]:
            raise SystemExit("wrong checksum of a record at byte %d" % at)
        yield body
        at += 16 + length


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def fields(data):
    """Field number -> list of raw values, in the order of the message."""
    found, at = {}, 0
    while at < len(data):
        key, at = varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = varint(data, at)
        elif wire == 1:
            value, at = struct.unpack_from("<d", data, at)[0], at + 8
        elif wire == 5:
            value, at = struct.unpack_from("<f", data, at)[0], at + 4
        elif wire == 2:
            length, at = varint(data, at)
            value, at = data[at:at + length], at + length
            if len(value) != length:
                raise SystemExit("a field is longer than its message")
        else:
            raise SystemExit("wire type %d" % wire)
        found.setdefault(number, []).append(value)
    return found


def one(message, number, otherwise=None):
    return message.get(number, [otherwise])[0]


def text(message, number):
    return one(message, number, b"").decode("utf-8")


def texts(message, number):
    return [value.decode("utf-8") for value in message.get(number, [])]


def plain_value(data):
    message = fields(data)
    if 2 in message:
        return one(message, 2)
    if 3 in message:
        return text(message, 3)
    if 4 in message:
        return bool(one(message, 4))
    raise SystemExit("a hyperparameter without value")


def hparams(content):
    message = fields(content)
    if 2 in message:
        experiment = fields(one(message, 2))
        return {"experiment": {
            "name": text(experiment, 6),
            "hparams": {text(fields(h), 1): one(fields(h), 4, 0) for h in experiment.get(4, [])},
            "metrics": [text(fields(one(fields(m), 1)), 2) for m in experiment.get(5, [])]}}
    if 3 in message:
        start = fields(one(message, 3))
        values = [fields(entry) for entry in start.get(1, [])]
        return {"start": {text(v, 1): plain_value(one(v, 2)) for v in values}}
    return {"end": one(fields(one(message, 4)), 1, 0)}


def layout(data):
    categories = []
    for raw in fields(data).get(2, []):
        charts = []
        for chart in map(fields, fields(raw).get(2, [])):
            entry = {"title": text(chart, 1)}
            if 2 in chart:
                entry["lines"] = texts(fields(one(chart, 2)), 1)
            if 3 in chart:
                series = map(fields, fields(one(chart, 3)).get(1, []))
                entry["bands"] = [[text(s, 1), text(s, 2), text(s, 3)] for s in series]
            charts.append(entry)
        categories.append({"title": text(fields(raw), 1), "charts": charts})
    return categories


def summary_value(data):
    message = fields(data)
    value = {"tag": text(message, 1)}
    plugin, content = "", b""
    if 9 in message:
        metadata = fields(one(message, 9))
        data_of_plugin = fields(one(metadata, 1, b""))
        plugin, content = text(data_of_plugin, 1), one(data_of_plugin, 2, b"")
        value.update(plugin=plugin, data_class=one(metadata, 4, 0),
                     description=text(metadata, 3))
    if 2 in message:
        value["scalar"] = one(message, 2)
    if 8 in message:
        tensor = fields(one(message, 8))
        shape = [one(fields(d), 1, 0) for d in fields(one(tensor, 2, b"")).get(2, [])]
        value["shape"] = shape
        if one(tensor, 1) == 7:
            strings = tensor.get(8, [])
            if value["tag"] == "custom_scalars__config__":
                value["layout"] = layout(strings[0])
            elif len(strings) == 3 and strings[2].startswith(b"\x89PNG"):
                value["image"] = [int(strings[0]), int(strings[1]),
                                  base64.b64encode(strings[2]).decode("ascii")]
            else:
                value["texts"] = [s.decode("utf-8") for s in strings]
        elif one(tensor, 1) == 2:
            raw = one(tensor, 4, b"")
            numbers = struct.unpack("<%dd" % (len(raw) // 8), raw)
            value["rows"] = [numbers[i:i + 3] for i in range(0, len(numbers), 3)]
    if plugin == "hparams":
        value["hparams"] = hparams(content)
    return value


def event(data):
    message = fields(data)
    found = {"wall": one(message, 1), "step": one(message, 2, 0)}
    if 3 in message:
        found["version"] = text(message, 3)
    if 5 in message:
        found["values"] = [summary_value(v) for v in fields(one(message, 5)).get(1, [])]
    if 7 in message:
        found["session"] = one(fields(one(message, 7)), 1, 0)
    return found


def main():
    for path in sys.argv[1:]:
        with open(path, "rb") as file:
            for body in records(file.read()):
                print(json.dumps(event(body)))


main()
