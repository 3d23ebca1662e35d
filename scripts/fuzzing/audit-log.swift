// An exported audit log as `asvin-pack audit verify` reads it, from anyone: its signed heads and its entries.
//
// Input: 0 for a signed head, 1 for entries, and the text.

import FoundationEssentials

private let key = try? RSAPublicKey(pem: Array(receiptKey.utf8))  // nil ends the first run

/// Reads a signed head. The key has signed none of the inputs.
private func readHead(_ text: String) {
  guard let key else { return require(false, "the test key is a key") }
  for kind in [AuditHead.Kind.head, .base] {
    let head = try? AuditHead(text, kind, signedBy: key)  // nil is the expected refusal
    require(head == nil, "what is not signed is refused")
  }
}

/// Checks entries, one on each line, and requires that the chain grows only by the next number.
private func readEntries(_ text: String) {
  guard var proof = try? AuditProof(workspace: 1, base: nil, heads: []) else {  // nil would be a fault
    return require(false, "a proof without heads begins")
  }
  for line in text.split(separator: "\n") {
    let entry = try? JSONDecoder().decode(AuditEntryReply.self, from: Data(line.utf8))  // other text is not an entry
    guard let entry else { return }
    let last = proof.last.number
    do throws(AuditProof.Fault) {
      try proof.add(entry)
      require(proof.last.number == last + 1, "an accepted entry is the next one")
    } catch {
      require(proof.last.number == last && !error.text.isEmpty, "a refused entry changes nothing and has a reason")
      return
    }
  }
}

/// Called by the fuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = unsafe Input(start, count)
  let isHead = input.byte() & 1 == 0
  let text = String(decoding: unsafe Array(input.rest), as: UTF8.self)
  if isHead { readHead(text) } else { readEntries(text) }
  return 0
}
