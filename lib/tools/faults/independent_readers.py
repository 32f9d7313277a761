"""Reads files with other people's libraries, for comparison with this project's loaders.

Each line of standard input asks for something in JSON, each line of standard output answers:

    {"make": "PNG"}                             -> {"files": {"grey.png": BASE64, ...}}
    {"read": "PNG", "name": ..., "file": BASE64} -> {"facts": {...}, "values": BASE64 of float32}
                                                or {"refused": WHY}

Facts must agree to the letter, values within the tolerance of the loader (`loaders.ts`).
"""

import base64
import gzip
import hashlib
import io
import json
import re
import resource
import struct
import sys
import warnings
import zipfile
import zlib

import numpy as np
import safetensors.numpy
import trimesh.exchange.off
from PIL import Image, ImageOps
from trimesh.exchange.off import load_off
from trimesh.geometry import triangulate_quads

# A mutated size may ask for any amount of memory: it then fails here, as it should.
GIGABYTE = 2**30
resource.setrlimit(resource.RLIMIT_AS, (4 * GIGABYTE, 4 * GIGABYTE))

# As MAX_PIXELS of image_file.ts; Pillow refuses twice as many.
Image.MAX_IMAGE_PIXELS = 2**27

# Rows and columns of a larger image are sampled, as in `loaders.ts`.
MOST_SAMPLES = 256


def digest(data):
    return hashlib.sha256(data).hexdigest()


def of_shape(shape, data):
    return f"[{','.join(map(str, shape))}] {digest(data)}"


def written(write):
    file = io.BytesIO()
    write(file)
    return file.getvalue()


# Arrays


def make_arrays(random):
    def npy(array, **options):
        return written(lambda file: np.lib.format.write_array(file, array, **options))

    grids = random.integers(0, 2, (3, 4, 4, 4), dtype=np.uint8)
    return {
        "bytes.npy": npy(grids),
        "fortran.npy": npy(np.asfortranarray(random.integers(0, 2, (2, 3, 4, 5)).astype(bool))),
        "floats.npy": npy(random.normal(size=(2, 3, 4)).astype("<f4")),
        "doubles.npy": npy(random.normal(size=(2, 3)).astype(">f8"), version=(2, 0)),
        "halves.npy": npy(random.normal(size=(5,)).astype("<f2")),
        "integers.npy": npy(random.integers(-9, 9, (3, 2, 2)).astype(">i4"), version=(3, 0)),
        "packed.npy": npy(np.packbits(grids.reshape(3, -1), axis=1)),
        "stored.npz": written(lambda file: np.savez(file, chair_train=grids, sofa_test=grids[:1])),
        "deflated.npz": written(lambda file: np.savez_compressed(file, chair=grids, names=[1, 2])),
    }


def read_arrays(name, file):
    def fact(array):
        if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
            raise ValueError(f"values of type {array.dtype}")
        if array.dtype.kind == "b":
            array = array.view(np.uint8) != 0  # a byte may be neither 0 nor 1
        values = array.astype("<f8")
        values[np.isnan(values)] = np.nan  # one kind of NaN
        return of_shape(array.shape, np.ascontiguousarray(values).tobytes())

    loaded = np.load(io.BytesIO(file), allow_pickle=False)
    if name.endswith(".npy"):
        return {"facts": {"array": fact(loaded)}}
    members = [member for member in loaded.zip.namelist() if member.endswith(".npy")]
    return {"facts": {member: fact(loaded[member]) for member in members}}


# Images


def picture(random, mode, width=19, height=13):
    shape = (height, width, len(Image.new(mode, (1, 1)).getbands()))
    smooth = np.add.outer(np.arange(height) * 9, np.arange(width) * 6)[..., None]
    noisy = smooth + random.integers(0, 60, shape)
    return Image.fromarray(noisy.astype(np.uint8).squeeze(), mode=mode)


def make_pngs(random):
    def png(image, **options):
        return written(lambda file: image.save(file, "PNG", **options))

    def chunk(name, content):
        checksum = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)

    def interlaced(image):
        # Pillow reads passes but does not write them.
        pixels = np.asarray(image)
        steps = ["0088", "4088", "0448", "2044", "0224", "1022", "0112"]
        passes = [
            pixels[int(top) :: int(down), int(left) :: int(right)]
            for left, top, right, down in steps
        ]
        rows = b"".join(b"\0" + row.tobytes() for each in passes if each.size for row in each)
        header = struct.pack(">IIBBBBB", image.width, image.height, 8, 2, 0, 0, 1)
        chunks = [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
        return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)

    deep = Image.fromarray(random.integers(0, 2**16, (9, 11), dtype=np.uint16))
    return {
        "grey.png": png(picture(random, "L")),
        "colour.png": png(picture(random, "RGB")),
        "opacity.png": png(picture(random, "RGBA")),
        "grey_opacity.png": png(picture(random, "LA")),
        "palette.png": png(picture(random, "RGB").quantize(11), transparency=b"\x80\xff\x00"),
        "bits.png": png(picture(random, "L").convert("1")),
        "deep.png": png(deep),
        "interlaced.png": interlaced(picture(random, "RGB")),
    }


def make_jpegs(random):
    def jpeg(image, **options):
        return written(lambda file: image.save(file, "JPEG", **options))

    colour = picture(random, "RGB", 37, 29)
    turned = Image.Exif()
    turned[0x0112] = 6  # orientation
    return {
        "grey.jpg": jpeg(picture(random, "L", 24, 17)),
        "colour.jpg": jpeg(colour, quality=90),
        "fine.jpg": jpeg(colour, subsampling="4:4:4", optimize=True),
        "restart.jpg": jpeg(colour, restart_marker_blocks=2),
        "progressive.jpg": jpeg(colour, progressive=True),
        "grey_progressive.jpg": jpeg(picture(random, "L", 24, 17), progressive=True),
        "turned.jpg": jpeg(colour, exif=turned),
        "four.jpg": jpeg(colour.convert("CMYK")),
    }


def read_image(file, formats):
    # The byte behind "Exif" and its zero only fills up; Pillow alone wants it to be zero as well.
    file = re.sub(rb"Exif\0.", b"Exif\0\0", file, count=1, flags=re.DOTALL)
    image = Image.open(io.BytesIO(file), formats=formats)
    image.load()
    if image.format != "PNG":
        image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):  # 16 bits
        values = np.asarray(image).astype(np.float64) / 257
        colours = np.stack([values, values, values, np.full_like(values, 255)], -1)
    else:
        colours = np.asarray(image.convert("RGBA")).astype(np.float64)
    height, width = colours.shape[:2]
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    step = -(-side // MOST_SAMPLES)
    square = colours[top : top + side : step, left : left + side : step]
    # Luma of Rec. 601; what is transparent counts as black.
    grey = square[..., :3] @ [0.299, 0.587, 0.114] * square[..., 3] / 255**2
    return {"facts": {"size": f"{width}x{height}"}, "values": grey}


# Meshes


def triangles_of(faces):
    # trimesh 5.2 leaves corners as words, and then fails at polygons of more than four.
    return triangulate_quads([[int(corner) for corner in face] for face in faces])


trimesh.exchange.off.triangulate_quads = triangles_of


def make_meshes(random):
    box = [f"{x} {y} {z}" for x in (-0.5, 0.5) for y in (-1, 1.25) for z in (0, 2e-1)]
    sides = ["4 0 1 3 2", "4 4 6 7 5", "4 0 4 5 1", "4 2 3 7 6", "4 0 2 6 4", "4 1 5 7 3"]
    corners = random.normal(size=(12, 3))
    faces = random.permutation(np.arange(12)).reshape(4, 3)
    lines = [" ".join(f"{value:.6f}" for value in corner) for corner in corners]
    triangles = ["3 " + " ".join(map(str, face)) for face in faces]
    mixed = ["3 0 1 2", "4 3 4 5 6", "5 7 8 9 10 11", "3 2 5 7"]
    texts = {
        "box.off": ["OFF", "8 6 12", *box, *sides],
        "triangles.off": ["OFF", "# made by hand", "12 4 0", *lines, "", *triangles],
        "joined.off": ["OFF12 4 0", *lines, *mixed],
        "colours.off": ["COFF", "8 6 0", *(f"{line} 255 0 9 255" for line in box), *sides],
        "faces.off": ["OFF", "12 4 0", *lines, *(f"{face} 0.1 0.2 0.3" for face in triangles)],
    }
    return {
        name: ("\r\n" if name == "faces.off" else "\n").join([*lines, ""]).encode()
        for name, lines in texts.items()
    }


def with_whole_faces(text):
    # trimesh takes the corners in a face's first line and leaves the others out.
    start, word, rest = text.partition("OFF")
    counts, *lines = [line.split() for line in rest.splitlines() if line.strip()] or [[]]
    corner_count, face_count = map(int, counts[:2]) if word else (0, 0)
    whole, lines = lines[:corner_count], lines[corner_count:]
    while lines and len(whole) < corner_count + face_count:
        face = lines.pop(0)
        is_whole = int(face[0]) < len(face)
        while lines and int(face[0]) >= len(face):
            face += lines.pop(0)
        if not is_whole and int(face[0]) + 1 < len(face):
            raise ValueError("numbers behind a face over several lines")
        whole.append(face)
    return "\n".join([start + word, *(" ".join(line) for line in [counts, *whole, *lines])])


def read_mesh(_, file):
    try:
        text = file.decode()
    except UnicodeDecodeError:
        text = file.decode("latin-1")  # trimesh would guess, with a package of its own
    # trimesh joins the line of a comment with the next, and takes other characters for line ends.
    text = re.sub("#[^\\r\\n]*|[\\x0b\\x0c\\x1c-\\x1e\\x85\\u2028\\u2029]", " ", text)
    mesh = load_off(io.StringIO(with_whole_faces(text)))
    corners = mesh["vertices"].astype("<f4")
    faces = np.asarray(mesh["faces"], dtype=np.int64)
    if faces.size == 0:
        raise ValueError("no triangle")
    if not np.isfinite(corners).all():
        raise ValueError("a coordinate that is not finite")
    # Each turned so that it comes first, and in order: libraries cut polygons in their own.
    turned = sorted(min((a, b, c), (b, c, a), (c, a, b)) for a, b, c in faces.tolist())
    triangles = of_shape(faces.shape, np.array(turned, dtype="<u4").tobytes())
    return {
        "facts": {"corners": str(len(corners)), "triangles": triangles},
        "values": corners,
    }


# Archives


def make_idx(random):
    def idx(array):
        header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
        return gzip.compress(header + array.tobytes(), mtime=0)

    return {
        "images.gz": idx(random.integers(0, 256, (5, 4, 3), dtype=np.uint8)),
        "noise.gz": idx(random.integers(0, 3, (9, 12, 11), dtype=np.uint8)),
        "labels.gz": idx(random.integers(0, 10, (40,), dtype=np.uint8)),
    }


def read_idx(name, file):
    content = gzip.decompress(file)
    rank = 1 if name.startswith("labels") else 3
    zero, kind, axes = struct.unpack_from(">HBB", content)
    if (zero, kind, axes) != (0, 8, rank):
        raise ValueError(f"the magic number {content[:4].hex()}")
    shape = struct.unpack_from(f">{rank}I", content, 4)
    values = np.frombuffer(content, np.uint8, offset=4 + 4 * rank).reshape(shape)
    return {"facts": {"array": of_shape(shape, values.tobytes())}}


def make_zips(random):
    files = {
        "bowl/train/bowl_0001.off": b"OFF\n" + bytes(range(48, 58)) * 20,
        "bowl/test/bowl_0002.off": random.bytes(150),
        "naïve/ü.txt": "ü".encode() * 40,
        "empty": b"",
    }

    class Pipe(io.BytesIO):
        def seekable(self):
            return False

    def archive(method, file=None, comment=b"", **options):
        file = file or io.BytesIO()
        with zipfile.ZipFile(file, "w", method, **options) as target:
            target.comment = comment
            for name, content in files.items():
                entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
                entry.compress_type = method
                with target.open(entry, "w", force_zip64="train" in name) as member:
                    member.write(content)
            target.writestr(zipfile.ZipInfo("bowl/", (2000, 1, 1, 0, 0, 0)), b"")
        return file.getvalue()

    return {
        "stored.zip": archive(zipfile.ZIP_STORED),
        "deflated.zip": archive(zipfile.ZIP_DEFLATED, comment=b"a comment"),
        "piped.zip": archive(zipfile.ZIP_DEFLATED, Pipe()),
    }


def read_zip(_, file):
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        members = [member for member in archive.infolist() if not member.filename.endswith("/")]
        return {"facts": {member.filename: digest(archive.read(member)) for member in members}}


# Checkpoints


def read_tensors(_, file):
    tensors = safetensors.numpy.load(file)
    return {
        "facts": {
            name: of_shape(tensor.shape, tensor.tobytes()) for name, tensor in tensors.items()
        }
    }


MAKERS = {
    "NumPy": make_arrays,
    "PNG": make_pngs,
    "JPEG": make_jpegs,
    "OFF": make_meshes,
    "idx": make_idx,
    "zip": make_zips,
}
READERS = {
    "NumPy": read_arrays,
    "PNG": lambda _, file: read_image(file, ["PNG"]),
    "JPEG": lambda _, file: read_image(file, ["JPEG"]),
    "OFF": read_mesh,
    "idx": read_idx,
    "zip": read_zip,
    "safetensors": read_tensors,
}


def text_of(data):
    return base64.b64encode(data).decode()


def answer(question):
    if "make" in question:
        files = MAKERS[question["make"]](np.random.default_rng(0))
        return {"files": {name: text_of(file) for name, file in files.items()}}
    try:
        file = base64.b64decode(question["file"])
        reading = READERS[question["read"]](question["name"], file)
    # Whatever a library throws at a damaged file is its way to refuse it.
    except Exception as error:
        return {"refused": f"{type(error).__name__}: {error}"[:200]}
    if "values" in reading:
        values = np.ascontiguousarray(reading["values"], dtype="<f4")
        reading["values"] = text_of(values.tobytes())
    return reading


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    Image.init()
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
