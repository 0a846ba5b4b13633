/// tests/unit/quant/dequantize_test.cpp: every format against what an independent reader makes of the same bytes, bit by bit
/// (tests/golden/quant/generate.py says how the file was made).
#include "engine/quant/dequantize.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <map>
#include <sstream>
#include <vector>

#include "engine/quant/codebooks.h"
#include "tests/support/shared_folder.h"

namespace soliloquy {
namespace {

constexpr size_t kStreamBlocks = 2048;

const std::map<std::string, DType>& types() {
    static const std::map<std::string, DType> kTypes = [] {
        std::map<std::string, DType> all;
        for (uint32_t id = 0; id < 64; ++id) {
            if (const auto traits = dtype_traits(id)) all.emplace(traits->name, static_cast<DType>(id));
        }
        return all;
    }();
    return kTypes;
}

/// Where the halves of a block begin; their top exponent bit is cleared in the golden blocks.
std::vector<size_t> offsets_of_halves(DType type) {
    switch (type) {
        case DType::q4_1:
        case DType::q5_1:
        case DType::q4_k:
        case DType::q5_k:
            return {0, 2};
        case DType::q2_k:
            return {80, 82};
        case DType::q3_k:
            return {108};
        case DType::q6_k:
            return {208};
        case DType::iq1_m:
            return {54};
        case DType::mxfp4:
            return {};
        default:
            return {0};
    }
}

/// The blocks of the checksum: splitmix64 seeded with the type's number.
std::vector<std::byte> stream(DType type) {
    const auto& traits = dtype_traits(type);
    std::vector<std::byte> bytes(kStreamBlocks * traits.block_bytes);
    uint64_t state = static_cast<uint64_t>(type);
    for (size_t at = 0; at < bytes.size(); at += 8) {
        uint64_t z = (state += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        z ^= z >> 31;
        for (size_t b = 0; b < 8 && at + b < bytes.size(); ++b) bytes[at + b] = static_cast<std::byte>(z >> (8 * b));
    }
    for (size_t block = 0; block < kStreamBlocks; ++block) {
        for (const size_t offset : offsets_of_halves(type)) bytes[block * traits.block_bytes + offset + 1] &= std::byte{0xbf};
    }
    return bytes;
}

std::vector<std::byte> from_hex(const std::string& hex) {
    std::vector<std::byte> bytes;
    for (size_t i = 0; i + 1 < hex.size(); i += 2) bytes.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    return bytes;
}

struct Golden {
    std::string name, blocks, values, checksum;
};

std::vector<Golden> read_golden() {
    std::istringstream in(testing::read_file(testing::source_folder() / "tests/golden/quant/blocks.txt"));
    std::vector<Golden> all;
    for (Golden golden; in >> golden.name >> golden.blocks >> golden.values >> golden.checksum;) all.push_back(golden);
    return all;
}

TEST(Dequantize, EveryFormatGivesTheGoldenValuesBitByBit) {
    const auto all = read_golden();
    ASSERT_EQ(all.size(), 22u);
    for (const auto& golden : all) {
        SCOPED_TRACE(golden.name);
        ASSERT_TRUE(types().contains(golden.name));
        const DType type = types().at(golden.name);
        const size_t n = 2 * dtype_traits(type).block_elements;
        const auto blocks = from_hex(golden.blocks);
        ASSERT_EQ(blocks.size(), row_bytes(type, n));
        std::vector<float> values(n + 2, 77.0f);
        dequantize_row(type, blocks.data(), values.data() + 1, n);
        EXPECT_EQ(values.front(), 77.0f);
        EXPECT_EQ(values.back(), 77.0f);
        ASSERT_EQ(golden.values.size(), 8 * n);
        for (size_t k = 0; k < n; ++k) {
            const auto expected = static_cast<uint32_t>(std::stoul(golden.values.substr(8 * k, 8), nullptr, 16));
            ASSERT_EQ(std::bit_cast<uint32_t>(values[k + 1]), expected)
                << "element " << k << ": expected " << std::bit_cast<float>(expected) << ", found " << values[k + 1];
        }
    }
}

/// 2048 random blocks use every entry of every codebook, every scale and every sign.
TEST(Dequantize, TwoThousandBlocksOfEveryFormatHaveTheGoldenChecksum) {
    size_t compared = 0;
    for (const auto& golden : read_golden()) {
        SCOPED_TRACE(golden.name);
        const DType type = types().at(golden.name);
        const auto blocks = stream(type);
        const size_t n = kStreamBlocks * dtype_traits(type).block_elements;
        std::vector<float> values(n);
        dequantize_row(type, blocks.data(), values.data(), n);
        uint64_t checksum = 0;
        for (size_t i = 0; i < n; ++i) checksum += (std::bit_cast<uint32_t>(values[i]) + uint64_t{1}) * (2 * uint64_t{i} + 1);
        EXPECT_EQ(checksum, std::stoull(golden.checksum, nullptr, 16));
        compared += n;
    }
    std::printf("%zu values compared by checksum\n", compared);
}

TEST(Dequantize, EveryTypeOfTheEngineIsGoldenOrPlain) {
    std::map<std::string, bool> golden;
    for (const auto& line : read_golden()) golden[line.name] = true;
    for (const auto& [name, type] : types()) {
        EXPECT_TRUE(!dtype_traits(type).quantized || golden.contains(name)) << name;
    }
}

template <typename T>
std::vector<float> dequantize_numbers(DType type, const std::vector<T>& numbers) {
    std::vector<float> out(numbers.size());
    dequantize_row(type, reinterpret_cast<const std::byte*>(numbers.data()), out.data(), numbers.size());
    return out;
}

TEST(Dequantize, PlainNumbersKeepTheirValues) {
    EXPECT_EQ(dequantize_numbers<float>(DType::f32, {0.1f, -INFINITY, 3e38f}), (std::vector<float>{0.1f, -INFINITY, 3e38f}));
    EXPECT_EQ(dequantize_numbers<double>(DType::f64, {0.1, 1e300}), (std::vector<float>{0.1f, INFINITY}));
    EXPECT_EQ(dequantize_numbers<int8_t>(DType::i8, {-128, 127}), (std::vector<float>{-128, 127}));
    EXPECT_EQ(dequantize_numbers<int16_t>(DType::i16, {-32768, 32767}), (std::vector<float>{-32768, 32767}));
    EXPECT_EQ(dequantize_numbers<int32_t>(DType::i32, {-5, 1 << 30}), (std::vector<float>{-5, 1 << 30}));
    EXPECT_EQ(dequantize_numbers<int64_t>(DType::i64, {-5, int64_t{1} << 40}), (std::vector<float>{-5, 0x1p40f}));
}

TEST(Dequantize, ReadsRowsAtAnyAlignment) {
    for (const auto& [name, type] : types()) {
        SCOPED_TRACE(name);
        const size_t n = 4 * dtype_traits(type).block_elements;
        const size_t size = row_bytes(type, n);
        std::vector<std::byte> aligned(size, std::byte{0x21});
        std::vector<std::byte> shifted(size + 1, std::byte{0x21});
        std::vector<float> a(n);
        std::vector<float> b(n);
        dequantize_row(type, aligned.data(), a.data(), n);
        dequantize_row(type, shifted.data() + 1, b.data(), n);
        EXPECT_EQ(std::memcmp(a.data(), b.data(), n * sizeof(float)), 0);
    }
}

TEST(Codebooks, SignsOfEightAlwaysHaveAnEvenNumber) {
    for (unsigned i = 0; i < 128; ++i) {
        EXPECT_EQ(iq_signs(i) & 127u, i);
        EXPECT_EQ(std::popcount(static_cast<unsigned>(iq_signs(i))) % 2, 0);
    }
}

}  // namespace
}  // namespace soliloquy
