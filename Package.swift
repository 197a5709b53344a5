// swift-tools-version: 6.2
import PackageDescription

// Folder order under Sources tells the data flow; imports go one way only:
// Tensors → Layers → Models → Stages → executables, and Pairs → Audit → Stages.

/// Warnings are errors in our own targets; dependencies keep their own settings.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tool(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .executableTarget(
    name: name,
    dependencies: [
      "CommandSupport", "Stages",
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ] + dependencies,
    swiftSettings: strict)
}

func tests(
  of name: String, _ dependencies: [Target.Dependency] = [], fixtures: Bool = false
) -> Target {
  .testTarget(
    name: name + "Tests",
    dependencies: [.byName(name: name), "TestSupport"] + dependencies,
    resources: fixtures ? [.copy("Fixtures")] : [],
    swiftSettings: strict)
}

let package = Package(
  name: "winnow",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
  ],
  targets: [
    .systemLibrary(name: "COpenBLAS", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CMalloc"),
    .systemLibrary(name: "CVectors"),
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(
      name: "CImageCodecs",
      linkerSettings: [
        .linkedLibrary("jpeg"), .linkedLibrary("png"), .linkedLibrary("webp"),
        .linkedLibrary("gif"),
      ]),
    .target(name: "CFetching", linkerSettings: [.linkedLibrary("curl")]),

    library("Tensors", ["COpenBLAS", "CVectors"]),
    library("Layers", ["Tensors"]),
    library("Imaging", ["CImageCodecs"]),
    library("Pairs", ["COpenSSL"]),
    library("Parquet"),
    library(
      "Fetching",
      [
        "CFetching", "Imaging", "Pairs",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "HeapModule", package: "swift-collections"),
      ]),
    library("Models", ["Layers", "Tensors"]),
    library(
      "Audit",
      [
        "Pairs", .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ]),
    .target(
      name: "Inspector",
      dependencies: [
        "Audit", "Fetching", "Imaging", "Pairs",
        .product(name: "FlyingFox", package: "FlyingFox"),
        .product(name: "FlyingSocks", package: "FlyingFox"),
      ],
      // The pages are part of the executable: there is no folder to lose or to tamper with.
      resources: [.embedInCode("Resources")],
      swiftSettings: strict),
    library(
      "Stages",
      [
        "Audit", "Fetching", "Imaging", "Layers", "Models", "Pairs", "Parquet", "Tensors", "Yams",
        .product(name: "Logging", package: "swift-log"),
      ]),
    library(
      "CommandSupport",
      [
        "Audit", "Pairs", "Stages",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ]),

    tool("winnow", ["Pairs"]),
    tool("winnow-corrupt", ["Pairs"]),
    tool("winnow-export", ["Pairs"]),
    tool("winnow-featurize", ["Imaging"]),
    tool("winnow-fetch"),
    tool("winnow-ingest", ["Pairs"]),
    tool("winnow-train", ["Models"]),
    tool("winnow-score", ["Imaging"]),
    tool("winnow-merge"),
    tool("winnow-purify"),
    tool("winnow-evaluate"),
    tool("winnow-inspect", ["Audit", "Inspector", "Pairs"]),

    .executableTarget(
      name: "winnow-bench",
      dependencies: [
        "Audit", "CMalloc", "CommandSupport", "Imaging", "Layers", "Models", "Pairs", "Stages",
        "Tensors",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: strict),

    .target(
      name: "TestSupport", dependencies: ["Tensors"], path: "Tests/TestSupport",
      swiftSettings: strict),
    .target(
      name: "TestServer", dependencies: ["Imaging", "Pairs"], path: "Tests/TestServer",
      swiftSettings: strict),
    .executableTarget(
      name: "fetch-server",
      dependencies: [
        "TestServer", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Tests/FetchServer", swiftSettings: strict),
    tests(of: "Tensors"),
    tests(of: "Layers"),
    .executableTarget(
      name: "image-fuzz",
      dependencies: [
        "Imaging", "Tensors", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Tests/ImageFuzz", swiftSettings: strict),
    tests(of: "Imaging", ["image-fuzz"], fixtures: true),
    tests(of: "Pairs", fixtures: true),
    tests(of: "Parquet", fixtures: true),
    tests(of: "Models", fixtures: true),
    tests(of: "Fetching", ["Pairs", "TestServer"]),
    tests(of: "Audit", fixtures: true),
    tests(of: "Inspector", ["Audit", "Pairs"]),
    tests(
      of: "Stages",
      [
        "Audit", "Fetching", "Imaging", "Layers", "Models", "Pairs", "Tensors", "TestServer",
        .product(name: "Logging", package: "swift-log"),
      ]),
    tests(of: "winnow-bench", ["Imaging", "Models", "Tensors"]),
    tests(
      of: "CommandSupport",
      [
        "Audit", "Pairs", "Stages", "TestServer", "winnow", "winnow-corrupt", "winnow-export",
        "winnow-featurize",
        "winnow-fetch",
        "winnow-ingest",
        "winnow-train", "winnow-score", "winnow-merge", "winnow-purify", "winnow-evaluate",
        "winnow-inspect",
        "winnow-bench",
        .product(name: "Logging", package: "swift-log"),
      ], fixtures: true),
  ]
)
