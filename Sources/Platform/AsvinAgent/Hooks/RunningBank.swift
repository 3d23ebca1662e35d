import AsvinHost

/// The bank that the boot loader started. It is established at each start and never assumed.
enum RunningBank {
  /// The word on the kernel's command line, for example `asvin.bank=a`.
  static let word = "asvin.bank"

  /// Establishes the running bank of a device whose slots are places.
  ///
  /// - Throws: ``Failure`` if nothing reports the bank, or if two sources contradict each other.
  static func find(_ places: [SlotPair], _ hooks: DeviceHooks) async throws -> SlotSet {
    let roots = SlotSet.allCases.filter { slotSet in places.contains { FileIdentity.isRoot($0[slotSet]) } }
    let found: SlotSet
    if let hook = hooks.isRunning {
      found = try await ask(hook, places)
    } else if let named = hooks.running.flatMap(SlotSet.init) {
      found = named
    } else if let named = try named(in: kernelCommandLine()) {
      found = named
    } else if roots.count == 1 {
      return roots[0]
    } else {
      throw Failure(
        .failed, "nothing reports which bank runs",
        hint: "give --is-running, or let the boot loader add \(word)=a or \(word)=b to the kernel's command line")
    }
    if let root = roots.first, root != found {
      throw Failure(
        .failed, "bank \(found.rawValue) is reported as running, but the root file system is in bank \(root.rawValue)",
        hint: "correct --is-running or the kernel's command line")
    }
    return found
  }

  /// Asks about both banks, so that a hook that always gives the same answer is noticed.
  private static func ask(
    _ hook: @Sendable (HookBank) async -> HookAnswer, _ places: [SlotPair]
  ) async throws -> SlotSet {
    var found: [SlotSet] = []
    for slotSet in SlotSet.allCases {
      let paths = Dictionary(places.map { ($0.slot, $0[slotSet]) }) { first, _ in first }
      switch await hook(HookBank(bank: slotSet.rawValue, places: paths)) {
      case .yes: found.append(slotSet)
      case .no: break
      case .failed(let why): throw Failure(.failed, "--is-running failed for bank \(slotSet.rawValue): \(why)")
      }
    }
    guard found.count == 1 else {
      throw Failure(
        .failed, "--is-running reports that \(found.isEmpty ? "neither bank runs" : "both banks run")",
        hint: "it must exit with 0 for the bank in ASVIN_BANK that runs, and with 1 for the other one")
    }
    return found[0]
  }

  /// Returns the bank on the kernel's command line; `nil` if it names none.
  ///
  /// - Throws: ``Failure`` for another bank than `a` and `b`, or for two.
  static func named(in commandLine: String) throws(Failure) -> SlotSet? {
    let values = commandLine.split { $0 == " " || $0 == "\n" }.compactMap { part in
      part.hasPrefix("\(word)=") ? String(part.dropFirst(word.count + 1)) : nil
    }
    guard let first = values.first else { return nil }
    guard Set(values).count == 1, let bank = SlotSet(rawValue: first) else {
      throw Failure(
        .failed, "the kernel's command line has \(word)=\(values.joined(separator: ", "))", hint: "the bank is a or b")
    }
    return bank
  }

  private static func kernelCommandLine() -> String {
    let bytes = try? InputFile("/proc/cmdline").read(at: 0, count: 1 << 16)  // without it, another source decides
    return String(decoding: bytes ?? [], as: UTF8.self)
  }
}
