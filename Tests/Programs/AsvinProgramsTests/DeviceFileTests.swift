import AsvinFixtures
import Glibc
import Testing

@Suite("Files for C firmware", .usesScratch)
struct DeviceFileTests {
  /// Compiles and runs C, with the warnings that a strict project turns on.
  private func printed(_ program: String, by compiler: String, in scratch: Scratch) throws -> String {
    try scratch.write(Array(program.utf8), to: "main.c")
    let include = "\(Shared.projectFolder)/Sources/Device/CAsvinDevice/include"
    let flags = "-Wall -Wextra -pedantic -Wconversion -Werror -I'\(include)'"
    let status = unsafe system(
      "cd '\(scratch.folder)' && clang \(compiler) \(flags) main.c -o main >log 2>&1 && ./main >printed")
    let log = try? scratch.read("log")  // the shell may have failed before the compiler
    #expect(status == 0, "\(String(decoding: log ?? [], as: UTF8.self))")
    return String(decoding: try scratch.read("printed"), as: UTF8.self)
  }

  private static let program = """
    #include "device.h"
    #include <stdio.h>
    static const asvin_key keys[] = ASVIN_DEVICE_KEYS;
    static const uint8_t vendor[16] = ASVIN_DEVICE_VENDOR;
    static const uint8_t device_class[16] = ASVIN_DEVICE_CLASS;
    static void show(const uint8_t *bytes, unsigned count) {
      for (unsigned i = 0; i < count; i++) printf("%02x", bytes[i]);
      puts("");
    }
    int main(void) {
      show(vendor, 16);
      show(device_class, 16);
      printf("%u %u %llu %llu\\n", ASVIN_DEVICE_KEY_COUNT, ASVIN_DEVICE_KEY_THRESHOLD,
             (unsigned long long)ASVIN_DEVICE_SEQUENCE, (unsigned long long)ASVIN_DEVICE_FEATURES);
      for (unsigned i = 0; i < ASVIN_DEVICE_KEY_COUNT; i++) {
        printf("%d ", (int)keys[i].algorithm);
        show(keys[i].bytes, keys[i].algorithm == ASVIN_ED25519 ? 32 : 64);
      }
      return 0;
    }
    """

  private func hexadecimalKey(_ name: String, in scratch: Scratch) throws -> String {
    try ProgramRun("pub \(name) --format hex", in: scratch).text.filter { $0 != "\n" }
  }

  @Test(arguments: ["-std=c99", "-std=c17", "-x c++ -std=c++20"])
  func `A device header compiles, and holds ids, keys and the sequence number`(standard: String) throws {
    try Bench.with { scratch in
      let run = try ProgramRun(
        "device-header --trust ed25519.pub.pem --trust ecdsa-p256.pub.pem --threshold 2 --template esp8266 -o device.h",
        in: scratch)
      #expect(run.exitCode == 0, "\(run.errors)")
      let keys = try [
        hexadecimalKey("ed25519.pub.pem", in: scratch), hexadecimalKey("ecdsa-p256.pub.pem", in: scratch),
      ]
      #expect(keys.map(\.count) == [64, 128])
      // UUIDv5 of example.com in the name space of DNS, and of "board" in that, from Python's uuid module.
      let ids = ["cfbff0d193755685968c48ce8b15ae17", "d9c03f90568d5553b0aa28b24df90fcc"]
      let expected = ids + ["2 2 16777216 254", "-19 \(keys[0])", "-9 \(keys[1])"]
      #expect(try printed(Self.program, by: standard, in: scratch) == expected.joined(separator: "\n") + "\n")
    }
  }

  @Test func `A key as a C initializer is an element of an array of keys`() throws {
    try Bench.with { scratch in
      let run = try ProgramRun("pub ed25519.pem --format c -o key.inc", in: scratch)
      #expect(run.exitCode == 0)
      let program = """
        #include "asvin_verifier.h"
        #include <stdio.h>
        static const asvin_key keys[] = {
        #include "key.inc"
        };
        int main(void) {
          for (int i = 0; i < 32; i++) printf("%02x", keys[0].bytes[i]);
          return keys[0].algorithm == ASVIN_ED25519 ? 0 : 1;
        }
        """
      #expect(try printed(program, by: "-std=c99", in: scratch) == hexadecimalKey("ed25519.pem", in: scratch))
    }
  }

  @Test func `The raw form has the bytes of the hexadecimal form`() throws {
    try Bench.with { scratch in
      for (key, count) in [("ed25519.pem", 32), ("ecdsa-p256.pub.pem", 64)] {
        let raw = try ProgramRun("pub \(key) --format raw -o -", in: scratch).output
        let digits = raw.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(raw.count == count)
        #expect(try digits == hexadecimalKey(key, in: scratch))
      }
      #expect(try ProgramRun("pub ed25519.pem --format raw", in: scratch).exitCode == 64)
    }
  }

  @Test(
    arguments: [
      "--trust ed25519.pub.pem --threshold 2", "--trust ed25519.pub.pem --threshold 0", "",
      "--trust ed25519.pub.pem --trust ed25519.pub.pem --threshold 2", "--trust ed25519.pub.pem --fw-version 1.2.3.4",
      "--trust ed25519.pub.pem --vendor EXAMPLE", "--trust ed25519.pub.pem --template none",
    ])
  func `A device header that no device could use is refused, and no file exists`(arguments: String) throws {
    try Bench.with { scratch in
      let run = try ProgramRun("device-header \(arguments) -o device.h", in: scratch)
      #expect(run.exitCode == 64 && run.errors.contains("hint:"), "\(run.errors)")
      #expect(throws: (any Error).self) { try scratch.read("device.h") }
    }
  }

  @Test(arguments: [
    ("esp8266", 4096, 1040384), ("esp32", 4096, 1966080), ("esp32c3", 4096, 1966080), ("nrf52840", 4096, 483328),
    ("rp2040", 4096, 1015808), ("stm32", 131072, 393216),
  ])
  func `A slot of a device header has complete erase blocks`(template: String, block: Int, slot: Int) throws {
    try Bench.with { scratch in
      let options = "--trust ed25519.pub.pem --images-only --template \(template) -o -"
      let text = try ProgramRun("device-header \(options)", in: scratch).text
      #expect(text.contains("#define ASVIN_DEVICE_BLOCK_BYTES \(block)u\n"))
      #expect(text.contains("#define ASVIN_DEVICE_SLOT_0_BYTES UINT64_C(\(slot))\n"))
      #expect(slot % block == 0)
    }
  }

  @Test func `A slot that is shorter than its erase block is refused`() throws {
    try Bench.with { scratch in
      let template = "slots:\n  0:\n    size: 100K\nram: 32K\nblock: 128K\n"
      try scratch.write(Array(template.utf8), to: "board.yaml")
      let run = try ProgramRun("device-header --trust ed25519.pub.pem --template ./board.yaml -o device.h", in: scratch)
      #expect(run.exitCode == 65)
      #expect(run.errors.contains("has 102400 bytes, and an erase block 131072"))
      #expect(throws: (any Error).self) { try scratch.read("device.h") }
    }
  }

  @Test func `A device header for complete images has no memory for patches`() throws {
    try Bench.with { scratch in
      let run = try ProgramRun(
        "device-header --trust ed25519.pub.pem --template stm32 --images-only -o -", in: scratch)
      #expect(run.text.contains("#define ASVIN_DEVICE_IMAGES_ONLY 1u\n"))
      #expect(run.text.contains("#define ASVIN_DEVICE_FEATURES UINT64_C(0x0)\n"))
      #expect(!run.text.contains("MEMORY_BYTES"))
    }
  }

  @Test func `Two runs give the same header`() throws {
    try Bench.with { scratch in
      let runs = try (0..<2).map { _ in
        try ProgramRun("device-header --trust ed25519.pub.pem --template esp32 -o -", in: scratch).output
      }
      #expect(runs[0] == runs[1] && !runs[0].isEmpty)
    }
  }
}
