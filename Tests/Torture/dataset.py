"""A small harvested dataset: manifests, pictures and archives, some of them broken."""

import io
import random
import tarfile

from png import COLOURS, SHAPES, picture


class Dataset:
    """Writes everything below a folder; the same seed and server give the same bytes."""

    def __init__(self, folder, server, seed, is_small):
        self.folder = folder
        self.pictures = folder / "pictures"
        self.pictures.mkdir(parents=True)
        self.server = server
        self.draw = random.Random(seed)
        self.count = 0
        self.urls = 0
        local, remote, copies, archived = (40, 16, 20, 12) if is_small else (170, 70, 300, 40)
        trusted, dev = (52, 12) if is_small else (60, 24)
        self.train = self.manifest("train.tsv", self.harvested(local, remote), self.broken())
        self.copies = self.manifest("copies.tsv", self.copied(copies))
        self.archives = [self.archive(f"{number:05}.tar", archived // 2) for number in range(2)]
        self.trusted = self.manifest("trusted.tsv", [self.local() for _ in range(trusted)])
        self.dev = self.manifest("dev.tsv", [self.local() for _ in range(dev)])
        self.late = self.manifest("late.tsv", self.captioned(30 if is_small else 200), self.broken())

    @property
    def archive_pattern(self):
        return str(self.folder / "*.tar")

    def lines(self, path):
        """Lines of a manifest, or pairs of an archive, as `winnow status` counts them."""
        path = str(path)
        if path.endswith(".tar"):
            with tarfile.open(path) as archive:
                return sum(name.endswith(".txt") for name in archive.getnames())
        with open(path, "rb") as file:
            return len(file.read().splitlines())

    def drawing(self):
        """A caption and the bytes of the picture that it describes."""
        self.count += 1
        shape = self.draw.choice(SHAPES)
        colour, ground = self.draw.sample(sorted(COLOURS), 2)
        return f"a {colour} {shape} on {ground} ground", picture(shape, colour, ground, self.count)

    def local(self):
        caption, content = self.drawing()
        name = f"picture-{self.count:04}.png"
        (self.pictures / name).write_bytes(content)
        return caption, f"pictures/{name}"

    def remote(self):
        self.urls += 1
        kinds = {3: "status/404?", 5: "page.jpg?", 7: "robots/noai?", 9: "redirect/1?", 11: "flaky/"}
        kind = kinds.get(self.urls % 13, "image/")
        return self.drawing()[0], f"{self.server}{kind}{self.urls}"

    def harvested(self, local, remote):
        """Pairs, every fourth with the caption of another."""
        pairs = [self.local() for _ in range(local)] + [self.remote() for _ in range(remote)]
        self.draw.shuffle(pairs)
        captions = [caption for caption, _ in pairs]
        moved = captions[::4]
        captions[::4] = moved[1:] + moved[:1]
        return [(caption, url) for caption, (_, url) in zip(captions, pairs)]

    def copied(self, count):
        """Pictures that are there already, under other names: more locations than a shard holds."""
        originals = sorted(self.pictures.glob("picture-*.png"))
        pairs = []
        for number in range(count):
            original = self.draw.choice(originals)
            name = f"copy-{number:04}.png"
            (self.pictures / name).write_bytes(original.read_bytes())
            pairs.append((f"copy of a picture number {number % 9}", f"pictures/{name}"))
        return pairs

    def captioned(self, count):
        """New pictures, each again with another caption further on, and a fifth under a second name."""
        pairs = [self.local() for _ in range(count)]
        again = [(f"{caption} again", url) for caption, url in self.draw.sample(pairs, count // 2)]
        for number, (caption, url) in enumerate(self.draw.sample(pairs, count // 5)):
            name = f"late-{number:04}.png"
            (self.pictures / name).write_bytes((self.folder / url).read_bytes())
            again.append((caption, f"pictures/{name}"))
        return pairs + again

    def broken(self):
        """Lines and pictures as the web has them."""
        whole = picture("ring", "red", "white", 1)
        for name, content in {
            "cut.png": whole[:len(whole) // 2], "text.png": b"no picture", "empty.png": b"",
            "page.jpg": b"<html></html>", "flipped.png": whole[:60] + b"\xff" + whole[61:],
        }.items():
            (self.pictures / name).write_bytes(content)
        return [b"no tab at all", b"two\ttabs\there", b"", b"\tpictures/cut.png",
                b"not UTF-8 \xff\tpictures/cut.png", b"no file\tpictures/absent.png",
                b"an escape\t../outside.png", b"another scheme\tgopher://host/x.png"] + [
                    b"broken picture\tpictures/" + name.encode()
                    for name in ("cut.png", "text.png", "empty.png", "page.jpg", "flipped.png")]

    def manifest(self, name, pairs, others=()):
        lines = [f"{caption}\t{url}".encode() for caption, url in pairs] + list(others)
        path = self.folder / name
        path.write_bytes(b"\n".join(lines) + b"\n")
        return path

    def archive(self, name, count):
        path = self.folder / name
        with tarfile.open(path, "w") as archive:
            def add(member, content):
                info = tarfile.TarInfo(member)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))

            for number in range(count):
                caption, content = self.drawing()
                # One of each archive is no picture.
                add(f"{number:04}.png", content if number != 1 else content[:100])
                add(f"{number:04}.txt", caption.encode())
        return path
