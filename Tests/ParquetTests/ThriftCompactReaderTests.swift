import Testing

@testable import Parquet

@Suite struct ThriftCompactReaderTests {
  private func reader(_ bytes: [UInt8]) -> ThriftCompactReader {
    ThriftCompactReader(bytes, place: FilePlace(file: "x.parquet", part: "footer"))
  }

  /// What goes wrong when a structure is read and all its fields are skipped.
  private func skipping(_ bytes: [UInt8]) -> String? {
    failure {
      var reader = reader(bytes)
      try reader.readFields { reader, field throws(ParquetError) in try reader.skip(field) }
      #expect(reader.position == bytes.count)
    }
  }

  @Test func numbersAndTextAreRead() throws {
    let numbers: [Int64] = [0, 1, -1, 63, 64, -64, -65, 1 << 31 - 1, -1 << 31]
    for number in numbers + [.max, .min] {
      var reader = reader(Thrift.structure([1: .int64(number), 300: .text("Käse")]).bytes)
      var (read, text): (Int64?, String?)
      try reader.readFields { reader, field throws(ParquetError) in
        if field.id == 300 {
          text = try reader.string(field)
        } else {
          read = try reader.int64(field)
        }
      }
      #expect(read == number && text == "Käse")
    }
    for number in numbers {
      var reader = reader(Thrift.structure([7: .int32(number)]).bytes)
      try reader.readFields { reader, field throws(ParquetError) in
        #expect(try reader.int32(field) == Int32(number) && field.id == 7)
      }
    }
  }

  @Test func everyTypeIsSkipped() {
    let one = Thrift.structure([
      1: .boolean(true), 2: .boolean(false), 3: .raw(type: 3, [9]), 4: .raw(type: 4, [2]),
      5: .int32(-7), 6: .int64(.min), 7: .raw(type: 7, Array(repeating: 1, count: 8)),
      8: .text("text"), 9: .list([.int32(1), .int32(2)]), 10: .list([]),
      11: .raw(type: 10, [0x21, 1, 2]), 12: .raw(type: 11, [2, 0x85, 1, 0x61, 2, 1, 0x62, 4]),
      13: .raw(type: 11, [0]), 14: .structure([1: .text("")]),
      15: .raw(type: 13, Array(repeating: 1, count: 16)),
    ])
    #expect(skipping(one.bytes) == nil)
    let many = Thrift.list(Array(repeating: one, count: 20))
    #expect(skipping(Thrift.structure([900: many, 901: .list([many, many])]).bytes) == nil)
    let bytes = Thrift.structure([1: many]).bytes
    for length in 0..<bytes.count { #expect(skipping(Array(bytes[..<length])) != nil) }
  }

  @Test func depthIsLimited() {
    func nested(_ depth: Int) -> [UInt8] {
      Array(repeating: 0x1C, count: depth - 1) + Array(repeating: 0, count: depth)
    }
    #expect(skipping(nested(24)) == nil)
    let expected = "structures more than 24 deep"
    #expect(skipping(nested(25))?.contains(expected) == true)
    #expect(skipping(Array(repeating: 0x1C, count: 1 << 20))?.contains(expected) == true)
    // Lists of one list, sets of one set, maps of maps.
    for byte: UInt8 in [0x19, 0x1A] {
      #expect(skipping(Array(repeating: byte, count: 1 << 20))?.contains(expected) == true)
    }
    let maps = [0x1B] + Array(repeating: [UInt8](arrayLiteral: 1, 0xBB), count: 1 << 20).joined()
    #expect(skipping(maps)?.contains(expected) == true)
  }

  @Test func lyingLengthsAreNamed() {
    for (bytes, expected): ([UInt8], String) in [
      ([0x18] + Thrift.unsigned(.max), "18446744073709551615 bytes wanted at byte 11 of 11"),
      ([0x18, 5, 1, 2], "5 bytes wanted at byte 2 of 4"),
      ([0x19, 0xFC] + Thrift.unsigned(1 << 62), "elements of a list wanted at byte 11 of 11"),
      ([0x19, 0xEC, 0], "14 elements of a list wanted at byte 2 of 3"),
      ([0x1B] + Thrift.unsigned(1 << 40), "entries of a map wanted at byte 7 of 7"),
      ([0x17, 1, 2], "8 bytes wanted at byte 1 of 3"),
      ([0x15] + Array(repeating: 0xFF, count: 10), "an integer of over 64 bits"),
      ([0x15] + Array(repeating: 0x80, count: 9) + [2], "an integer of over 64 bits"),
      ([0x1F], "a value of type 15"), ([0x10], "a value of type 0"),
      ([0x19, 0x20, 1, 1], "a value of type 0"),
      ([0x01] + Thrift.integer(40_000), "40000, which is no integer of 16 bits"),
      ([0x01] + Thrift.integer(32_767) + [0x11], "a field number over 32767"),
    ] {
      let message = skipping(bytes)
      #expect(message?.contains(expected) == true, "\(expected): \(message ?? "read")")
    }
  }

  @Test func otherTypesThanExpectedAreNamed() {
    func message(
      _ value: Thrift,
      _ read: (inout ThriftCompactReader, ThriftCompactReader.Field)
        throws(ParquetError) -> Void
    ) -> String? {
      failure {
        var reader = reader(Thrift.structure([3: value]).bytes)
        try reader.readFields(read)
      }
    }
    let expected = "field 3 is of another type than the format's"
    for (message, value) in [
      (
        message(.int64(1)) { reader, field throws(ParquetError) in
          _ = try reader.int32(field)
        }, "int32"
      ),
      (
        message(.int32(1)) { reader, field throws(ParquetError) in
          _ = try reader.int64(field)
        }, "int64"
      ),
      (
        message(.int32(1)) { reader, field throws(ParquetError) in
          _ = try reader.string(field)
        }, "string"
      ),
      (
        message(.int32(1)) { reader, field throws(ParquetError) in
          try reader.structure(field) { _, _ throws(ParquetError) in }
        }, "structure"
      ),
      (
        message(.list([.int32(1)])) { reader, field throws(ParquetError) in
          _ = try reader.structures(field) { _ throws(ParquetError) in 0 }
        }, "list"
      ),
    ] {
      #expect(message?.contains(expected) == true, "\(value): \(message ?? "read")")
    }
    let large = message(.int32(1 << 31)) { reader, field throws(ParquetError) in
      _ = try reader.int32(field)
    }
    #expect(large?.contains("2147483648, which is no integer of 32 bits") == true)
    let broken = message(.raw(type: 8, [2, 0xC3, 0x28])) { reader, field throws(ParquetError) in
      _ = try reader.string(field)
    }
    #expect(broken?.contains("a name that is not UTF-8") == true)
  }
}
