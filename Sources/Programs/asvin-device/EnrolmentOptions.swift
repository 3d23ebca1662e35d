import AsvinHost
import ArgumentParser
import AsvinAgent
import AsvinBundle
import AsvinPlatformClient
import AsvinPrograms
import FoundationEssentials

struct PlatformAddress: ParsableArguments {
  @Option(
    name: .customLong("to"),
    help: ArgumentHelp("The platform, for example https://updates.example.com.", valueName: "address"))
  var address: String

  @OptionGroup var authority: AuthorityOption
  @OptionGroup var proxy: ProxyOption

  func with<Result: Sendable>(_ body: @Sendable (PlatformConnection) async throws -> Result) async throws -> Result {
    try await PlatformConnection.with(address, authorities: authority.bytes(), proxy: proxy.server(for: address), body)
  }
}

/// The proxy between the device and the platform.
struct ProxyOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The HTTP proxy. Default: https_proxy or HTTPS_PROXY, or http_proxy for an address with http, except for the hosts in no_proxy or NO_PROXY.",
      valueName: "http://host:port")) var proxy: String?

  func server(for address: String) throws(Failure) -> ProxyServer? {
    if let proxy { return try ProxyServer(proxy) }
    return try ProxyServer.find(for: address, in: ThisProcess.variables)
  }
}

/// The properties of a device that is enrolled.
struct EnrolmentOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The name of the device, unique in the workspace.", valueName: "text"))
  var name: String

  @Option(help: ArgumentHelp("A label for operators.", valueName: "text"))
  var label: String?

  @Option(help: ArgumentHelp("The vendor's domain, as in the releases.", valueName: "domain"))
  var vendor: String

  @Option(name: .customLong("class"), help: ArgumentHelp("The class's name, as in the releases.", valueName: "name"))
  var deviceClass: String

  @Option(
    help: ArgumentHelp(
      "The image that the device runs now. With --slot, the running place must begin with it.", valueName: "file"))
  var image: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "The places of a slot in both banks: block devices, or files that exist. Quote braces. May be repeated.",
      valueName: "'number=path_{a,b}'"), transform: SlotArguments.places) var slot: [SlotPair] = []

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "The size of the running image of a slot with --slot. Default: the size of its place. May be repeated.",
      valueName: "number=bytes"), transform: SlotArguments.size) var imageSize: [SlotSize] = []

  @OptionGroup var loader: RunningBankOptions

  @Option(help: ArgumentHelp("The version of that image.", valueName: "text"))
  var fwVersion: String

  @Option(
    help: ArgumentHelp(
      "The sequence number of that image, up to 281474976710655. Only releases above it are accepted.",
      valueName: "number"),
    transform: Bounds.integer(0...(1 << 48) - 1))
  var sequence: UInt64

  @Option(
    help: ArgumentHelp(
      "Size limit of an image in bytes, up to 1099511627776. Both banks reserve it on the disk.", valueName: "bytes"),
    transform: Bounds.integer(1...1 << 40))
  var room: UInt64 = 1 << 26

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("A trusted public key. One of these keys must have signed. May be repeated.", valueName: "pub"))
  var trust: [String]

  func enrolment(in folder: String) throws -> DeviceEnrolment {
    guard let keys = EnrolmentKeys(ProcessInfo.processInfo.environment) else {
      throw Failure(
        .usage, "no enrolment token is given",
        hint: "set ASVIN_ENROLMENT_TOKEN, or ASVIN_CUSTOMER_KEY and ASVIN_DEVICE_KEY")
    }
    return DeviceEnrolment(
      name: name, label: label, deviceClass: try DeviceClass(vendor: vendor, name: deviceClass),
      image: try image.map { try readSmallFile($0, limit: 1 << 40) }, version: fwVersion, sequence: sequence,
      room: room,
      trust: try trust.map { String(decoding: try readSmallFile($0, limit: 1 << 16), as: UTF8.self) },
      keys: keys, places: try places(folder))
  }

  private func places(_ folder: String) throws -> EnrolledPlaces? {
    if slot.isEmpty {
      guard imageSize.isEmpty else {
        throw Failure(.usage, "--image-size is for a device with --slot", hint: "name the places with --slot")
      }
      return nil
    }
    let sizes = Dictionary(imageSize.map { ($0.slot, $0.bytes) }) { _, last in last }
    return EnrolledPlaces(slot, sizes: sizes, hooks: loader.hooks(folder))
  }
}

/// The size of a slot's running image.
struct SlotSize {
  let slot: UInt64
  let bytes: UInt64
}

/// Parsers of options about slots.
enum SlotArguments {
  /// Parses `0=/dev/disk/by-partlabel/rootfs_{a,b}` or `0=/dev/sda2,/dev/sda3`.
  static func places(_ text: String) throws -> SlotPair {
    let (slot, value) = try split(text)
    let paths: [String]
    if let open = value.firstIndex(of: "{"), let close = value[open...].firstIndex(of: "}") {
      let words = value[value.index(after: open)..<close].split(separator: ",", omittingEmptySubsequences: false)
      paths = words.map { "\(value[..<open])\($0)\(value[value.index(after: close)...])" }
    } else {
      paths = value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    guard paths.count == 2, paths.allSatisfy({ $0.hasPrefix("/") }) else {
      throw ValidationError(
        "'\(text)' does not name two absolute paths; write '0=/dev/disk/by-partlabel/rootfs_{a,b}' in quotes, or 0=/dev/sda2,/dev/sda3"
      )
    }
    return SlotPair(slot: slot, a: paths[0], b: paths[1])
  }

  /// Parses `0=12345`.
  static func size(_ text: String) throws -> SlotSize {
    let (slot, value) = try split(text)
    guard let bytes = UInt64(value), (1...1 << 40).contains(bytes) else {
      throw ValidationError("'\(value)' is not a number of bytes from 1 to 1099511627776")
    }
    return SlotSize(slot: slot, bytes: bytes)
  }

  private static func split(_ text: String) throws -> (slot: UInt64, value: String) {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2, let slot = UInt64(parts[0]), slot < 32 else {
      throw ValidationError("'\(text)' does not begin with a slot from 0 to 31 and '='")
    }
    return (slot, parts[1])
  }
}
