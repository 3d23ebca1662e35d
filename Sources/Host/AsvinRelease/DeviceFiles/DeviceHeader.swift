import AsvinBundle
import AsvinCrypto
package import AsvinHost
import AsvinManifest
import AsvinVerifier

/// Writes the C header with the constants of a device: its identity, the keys that it trusts, and its sizes.
package struct DeviceHeader: Sendable {
  /// The trusted public keys; if empty, those of the project.
  package var trust: [KeyReference] = []
  /// The number of trusted keys that must have signed.
  package var threshold = 1
  package var vendor: String?
  package var deviceClass: String?
  package var template: String?
  /// The version of the firmware that the header is compiled into.
  package var version: String?
  /// The sequence number of that firmware; if `nil`, derived from the version.
  package var sequence: UInt64?
  /// Whether the device accepts complete images only.
  package var imagesOnly = false
  /// The path of the header; `-` is standard output.
  package var output: String
  /// Whether an existing file is replaced.
  package var force = false

  /// The most keys of an `asvin_device`.
  private static let mostKeys = 8

  package init(output: String) { self.output = output }

  /// Writes the header.
  ///
  /// - Throws: ``Failure``.
  package func run(in environment: Environment) throws(Failure) -> DeviceHeaderReport {
    let environment = environment.oneRun()
    let project = try ProjectFile.find(in: environment)
    let template = try project.template(orNamed: template, in: environment)
    let ids = try DeviceClass(vendor, deviceClass, project, template)
    let keys = try trustedKeys(project, in: environment)
    let sequence = try firmwareSequence(project, in: environment)
    let text = try text(ids, keys, sequence, template)
    try explaining(output) {
      let file = try environment.output(output, force: force, durability: .remade)
      try file.write(Array(text.utf8))
      try file.commit()
    }
    return DeviceHeaderReport(
      output: output, vendor: ids.vendor.uuid, deviceClass: ids.deviceClass.uuid, sequence: sequence,
      keys: keys.map { $0.keyID(using: OpenSSL()).hexadecimal })
  }

  private func trustedKeys(_ project: ProjectFile, in environment: Environment) throws(Failure) -> [PublicKey] {
    let references = trust.isEmpty ? project.trust : trust
    guard !references.isEmpty else {
      throw Failure(
        .usage, "no key to trust is given, and a device accepts nothing without one",
        hint: "give the signer's public key with --trust KEY.pub.pem, or list it under 'trust' in asvin-pack.yaml")
    }
    let keys = try references.trustedKeys(threshold: threshold, in: environment)
    guard keys.count <= Self.mostKeys else {
      throw Failure(
        .usage, "\(keys.count) keys are trusted, and a device has at most \(Self.mostKeys)", hint: "give fewer keys")
    }
    return keys
  }

  /// The sequence number of the firmware, found as `sign` finds it, but not in an image, which does not exist yet.
  private func firmwareSequence(_ project: ProjectFile, in environment: Environment) throws(Failure) -> UInt64 {
    if let sequence { return sequence }
    let found =
      version ?? environment.variables["ASVIN_PACK_VERSION"] ?? project.version ?? environment.describeSource()
    guard let found else {
      throw Failure(
        .usage, "the version of the firmware is not known",
        hint: "give it with --fw-version, ASVIN_PACK_VERSION, 'version' in asvin-pack.yaml, or a git tag")
    }
    guard let derived = Name(found)?.derivedSequence else {
      throw Failure(
        .usage, "no sequence number can be derived from version '\(found)'",
        hint: "give the number that the release is signed with: --sequence N")
    }
    return derived
  }

  private func text(
    _ ids: DeviceClass, _ keys: [PublicKey], _ sequence: UInt64, _ template: Template?
  ) throws(Failure) -> String {
    let features = imagesOnly ? 0 : PayloadFeature.twoSlots
    var lines = [
      "// Constants of a device for asvin_verifier.h. Made by asvin-pack device-header: make it again, do not edit it.",
      "#ifndef ASVIN_DEVICE_H",
      "#define ASVIN_DEVICE_H",
      "",
      "#include \"asvin_verifier.h\"",
      "",
      "// For asvin_device.vendor and asvin_device.device_class: \(ids.vendor.uuid) and \(ids.deviceClass.uuid).",
      define("ASVIN_DEVICE_VENDOR", CInitializer(ids.vendor.array).text),
      define("ASVIN_DEVICE_CLASS", CInitializer(ids.deviceClass.array).text),
      "",
      "// For asvin_device.keys, key_count and key_threshold.",
    ]
    for (index, key) in keys.enumerated() {
      lines += [
        "// Key \(index): \(key.algorithm.name), key id \(key.keyID(using: OpenSSL()).hexadecimal).",
        define("ASVIN_DEVICE_KEY_\(index)", CInitializer(of: key).text),
      ]
    }
    lines += [
      define("ASVIN_DEVICE_KEYS", "{\(keys.indices.map { "ASVIN_DEVICE_KEY_\($0)" }.joined(separator: ", "))}"),
      define("ASVIN_DEVICE_KEY_COUNT", "\(keys.count)u"),
      define("ASVIN_DEVICE_KEY_THRESHOLD", "\(threshold)u"),
      "",
      "// The sequence number of this firmware, for asvin_device.factory_sequence and factory_floor.",
      define("ASVIN_DEVICE_SEQUENCE", "UINT64_C(\(sequence))"),
      "",
      imagesOnly
        ? "// For asvin_device.features and images_only: complete images only."
        : "// For asvin_device.features and images_only: patches for every instruction set, in two slots.",
      define("ASVIN_DEVICE_FEATURES", "UINT64_C(0x\(String(features, radix: 16)))"),
      define("ASVIN_DEVICE_IMAGES_ONLY", imagesOnly ? "1u" : "0u"),
    ]
    if let template, !imagesOnly {
      guard template.memory >= UInt64(SealedBlock.usualBytes), template.memory <= UInt64(UInt32.max) else {
        throw Failure(
          .usage,
          "template '\(template.name)' has \(template.memory) bytes of RAM, and a block needs \(SealedBlock.usualBytes)",
          hint: "raise 'ram' in the template, or give --images-only")
      }
      lines += [
        "", "// For asvin_device.memory_bytes: a block of a sealed stream, then the memory of a patch.",
        define("ASVIN_DEVICE_MEMORY_BYTES", "\(template.memory)u"),
      ]
    }
    if let template { lines += try slotLines(of: template) }
    return (lines + ["", "#endif", ""]).joined(separator: "\n")
  }

  private func slotLines(of template: Template) throws(Failure) -> [String] {
    var lines: [String] = []
    let slots = template.slots.sorted { $0.key < $1.key }
    if !slots.isEmpty {
      lines += [
        "",
        "// Bytes of an erase block of the slots. asvin_boot answers ASVIN_MISUSE where asvin_flash.capacity is not a",
        "// multiple of block_bytes, so that slots are rounded down to complete blocks.",
        define("ASVIN_DEVICE_BLOCK_BYTES", "\(template.block)u"),
      ]
    }
    for (number, slot) in slots {
      let size = slot.size / template.block * template.block
      guard size > 0 else {
        throw Failure(
          .rejected,
          "slot \(number) of template '\(template.name)' has \(slot.size) bytes, and an erase block \(template.block)",
          hint: "raise the slot's 'size', or lower 'block'")
      }
      let rounded = size < slot.size ? ": \(slot.size) of the template, in complete erase blocks" : ""
      lines += [
        "", "// Bytes of slot \(number) of the board\(rounded).",
        define("ASVIN_DEVICE_SLOT_\(number)_BYTES", "UINT64_C(\(size))"),
      ]
    }
    return lines
  }

  private func define(_ name: String, _ value: String) -> String {
    "#define \(name) \(value.split(separator: "\n").joined(separator: " \\\n"))"
  }
}

/// A header that was written.
package struct DeviceHeaderReport: Encodable, Sendable {
  /// The file.
  package let output: String
  /// The vendor id, a UUID.
  package let vendor: String
  /// The class id, a UUID.
  package let deviceClass: String
  /// The sequence number of the firmware.
  package let sequence: UInt64
  /// The key ids of the trusted keys.
  package let keys: [String]
}
