# A tape drive for real shells and real tar: stands in for mt, and for what dd reads from /dev/rmt/0n. Tapes are images
# in SIMH's .tap format. It knows nothing of Shadowtape.
import json, os, pty, re, subprocess, sys

folder = os.environ["TYPED_DRIVE"]
state_file = os.path.join(folder, "drive.json")
drives = ("/dev/rmt/0", "/dev/rmt/0n")


def state():
    with open(state_file) as file:
        return json.load(file)


def keep(**changes):
    kept = {**state(), **changes}
    with open(state_file, "w") as file:
        json.dump(kept, file)


def files_of(image):
    """Each file's records; what no mark closes is a file, too."""
    with open(image, "rb") as file:
        data = file.read()
    files, records, at = [], [], 0
    while at + 4 <= len(data):
        length = int.from_bytes(data[at : at + 4], "little")
        if length == 0xFFFFFFFF:
            break
        if length == 0:
            files.append(records)
            records = []
            at += 4
            continue
        records.append(data[at + 4 : at + 4 + length])
        at += 8 + length + length % 2
    return files + [records] if records else files


def mt(words):
    flag, device, command, *count = words
    if flag != "-f" or device not in drives or state().get("stuck"):
        sys.exit("mt: /dev/rmt/0n: I/O error")
    if command == "rewind":
        keep(file=0, record=0)
    elif command == "fsf":
        after = state()["file"] + int(count[0])
        if after > len(files_of(state()["image"])):
            sys.exit("mt: /dev/rmt/0n: end of tape")
        keep(file=after, record=0)
    else:
        sys.exit("mt: unknown command " + command)


def dd(words):
    named = dict(word.split("=", 1) for word in words)
    if named.get("if") not in drives:
        os.execv("/usr/bin/dd", ["dd", *words])
    at = state()
    files = files_of(at["image"])
    records = files[at["file"]][at["record"] :] if at["file"] < len(files) else []
    if "count" in named:
        records = records[: int(named["count"])]
        keep(record=at["record"] + len(records))
    else:
        keep(file=at["file"] + 1, record=0)
    if any(len(record) > int(named["bs"]) for record in records):
        sys.exit("dd: reading: Invalid argument")
    copy = ["/usr/bin/dd", "bs=" + named["bs"], "iflag=fullblock", "status=none"]
    sys.exit(subprocess.run(copy, input=b"".join(records)).returncode)


def type_line(shell, line):
    """Types a line at a terminal, inserts each tape that is asked for, and answers with Enter."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(shell, [shell, "-c", line])
    shown, asked = b"", []
    while True:
        try:
            data = os.read(terminal, 65536)
        except OSError:
            break
        if not data:
            break
        shown += data
        # A label that is shown has such words within a line.
        wanted = re.findall(rb"^insert (\S+), then press Enter\r$", shown, re.MULTILINE)
        if len(wanted) > len(asked):
            asked.append(wanted[-1].decode())
            keep(image=os.path.join(folder, "tapes", asked[-1]), file=1, record=0)
            os.write(terminal, b"\n")
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    print(json.dumps({"status": status, "asked": asked, "shown": shown.decode(errors="replace")}))


program, *words = sys.argv[1:]
{"mt": mt, "dd": dd, "type": lambda given: type_line(*given)}[program](words)
