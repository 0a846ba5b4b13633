/// tests/unit/gguf/gguf_hostile_test.cpp: files that lie or end too early give an error that says where, at once.
#include <gtest/gtest.h>

#include <chrono>

#include "engine/gguf/gguf_file.h"
#include "engine/gguf/gguf_writer.h"
#include "tests/unit/gguf/raw_gguf.h"

namespace soliloquy {
namespace {

using testing::RawGguf;
using Clock = std::chrono::steady_clock;

constexpr uint64_t kHuge = 0xffffffffffffffffu;
constexpr uint32_t kF32 = 0;
constexpr uint32_t kQ8_0 = 8;

struct Lie {
    const char* name;
    RawGguf file;
    std::vector<const char*> says;  // parts of the message
};

std::vector<Lie> lies_of_the_preamble() {
    return {
        {"empty file", RawGguf(), {"empty", "0 bytes"}},
        {"zeros", RawGguf().zeros(4096), {"not a GGUF file", "\\x00\\x00\\x00\\x00"}},
        {"magic only", RawGguf().letters("GGUF"), {"byte 4", "version"}},
        {"three letters", RawGguf().letters("GGU"), {"not a GGUF file"}},
        {"old ggjt format", RawGguf().letters("tjgg").zeros(100), {"ggjt", "convert"}},
        {"zip archive", RawGguf().letters("PK\x03\x04").zeros(100), {"zip archive"}},
        {"web page", RawGguf().letters("<!DOCTYPE html>"), {"web page"}},
        {"version 0", RawGguf(0, 0, 0), {"version 0", "expected 2 or 3"}},
        {"version 1", RawGguf(0, 0, 1), {"version 1", "expected 2 or 3"}},
        {"version 4", RawGguf(0, 0, 4), {"version 4", "expected 2 or 3"}},
        {"big endian", RawGguf(0, 0, 0x03000000), {"big endian"}},
        {"entries beyond the file", RawGguf(0, 1000).zeros(100), {"byte 16", "1000 metadata entries", "100 bytes"}},
        {"one entry more than fits", RawGguf(0, 8).zeros(8 * 14 - 1), {"8 metadata entries cannot fit"}},
        {"one tensor more than fits", RawGguf(4, 0).zeros(4 * 33 - 1), {"4 tensors cannot fit"}},
        {"2^64 - 1 entries", RawGguf(0, kHuge).zeros(100), {"18446744073709551615 metadata entries"}},
        {"tensors beyond the file", RawGguf(1000, 0).zeros(100), {"byte 8", "1000 tensors"}},
        {"2^64 - 1 tensors", RawGguf(kHuge, 0).zeros(100), {"18446744073709551615 tensors"}},
        {"2^61 tensors", RawGguf(uint64_t{1} << 61, 0).zeros(100), {"2305843009213693952 tensors"}},
        {"tensors that entries left no room for", RawGguf(2, 1).entry_u32("a", 1).zeros(60), {"tensors cannot fit"}},
        {"more entries than any model has", RawGguf(0, (1 << 20) + 1).zeros(20 << 20), {"1048577 metadata entries", "at most 1048576"}},
    };
}

std::vector<Lie> lies_of_entries() {
    const std::string long_key(70000, 'k');
    return {
        {"key longer than the file", RawGguf(0, 1).u64(1 << 20).zeros(50), {"byte 32", "1048576 bytes", "50 bytes"}},
        {"key of 2^64 - 1 bytes", RawGguf(0, 1).u64(kHuge).zeros(50), {"18446744073709551615 bytes"}},
        {"key longer than allowed", RawGguf(0, 1).text(long_key).type(GgufType::uint8).u8(1), {"70000 bytes", "at most 65535"}},
        {"empty key", RawGguf(0, 1).text("").type(GgufType::uint8).u8(1).zeros(8), {"byte 24", "empty"}},
        {"key twice", RawGguf(0, 2).entry_u32("twin", 1).entry_u32("twin", 2), {"\"twin\" occurs twice"}},
        {"value type 13", RawGguf(0, 1).text("odd").u32(13).zeros(16), {"\"odd\"", "type 13", "0 to 12"}},
        {"value type 2^32 - 1", RawGguf(0, 1).text("odd").u32(0xffffffff).zeros(16), {"type 4294967295"}},
        {"value cut off", RawGguf(0, 1).text("cut").type(GgufType::uint64).u32(1), {"\"cut\"", "8 bytes", "4 bytes"}},
        {"bool of 2", RawGguf(0, 1).text("flag").type(GgufType::boolean).u8(2), {"\"flag\"", "value 2", "0 or 1"}},
        {"text longer than the file",
         RawGguf(0, 1).text("name").type(GgufType::string).u64(99).zeros(7),
         {"\"name\"", "99 bytes", "7 bytes"}},
        {"text of 2^64 - 1 bytes", RawGguf(0, 1).text("name").type(GgufType::string).u64(kHuge), {"\"name\"", "18446744073709551615"}},
        {"array of arrays",
         RawGguf(0, 1).text("deep").type(GgufType::array).type(GgufType::array).u64(1).zeros(99),
         {"\"deep\"", "array of arrays"}},
        {"array of type 99", RawGguf(0, 1).text("odd").type(GgufType::array).u32(99).u64(1).zeros(99), {"\"odd\"", "type 99"}},
        {"array count beyond the file",
         RawGguf(0, 1).text("many").type(GgufType::array).type(GgufType::uint32).u64(26).zeros(100),
         {"\"many\"", "26 items", "100 bytes"}},
        {"array count whose bytes overflow",
         RawGguf(0, 1).text("many").type(GgufType::array).type(GgufType::uint64).u64((uint64_t{1} << 61) + 1).zeros(100),
         {"\"many\"", "2305843009213693953 items"}},
        {"2^64 - 1 strings",
         RawGguf(0, 1).text("many").type(GgufType::array).type(GgufType::string).u64(kHuge).zeros(100),
         {"\"many\"", "18446744073709551615 items"}},
        {"string of an array longer than the file",
         RawGguf(0, 1).text("words").type(GgufType::array).type(GgufType::string).u64(2).text("ok").u64(1000).zeros(20),
         {"\"words\"", "string 1 of 2", "1000"}},
        {"bool array with a 3",
         RawGguf(0, 1).text("flags").type(GgufType::array).type(GgufType::boolean).u64(2).u8(1).u8(3),
         {"bool 1", "value 3"}},
        {"control bytes in a key are shown as hex", RawGguf(0, 1).text("\x1b[2J\n").u32(77).zeros(16), {"\"\\x1b[2J\\x0a\""}},
    };
}

std::vector<Lie> lies_of_the_alignment() {
    std::vector<Lie> lies;
    static constexpr uint32_t kWrong[] = {0, 1, 4, 33, 48, 1 << 21, 0x80000000, 0xffffffff};
    for (const uint32_t alignment : kWrong) {
        lies.push_back({"alignment", RawGguf(0, 1).entry_u32("general.alignment", alignment), {"general.alignment", "power of two"}});
    }
    lies.push_back({"alignment as text",
                    RawGguf(0, 1).text("general.alignment").type(GgufType::string).text("32"),
                    {"general.alignment", "string", "uint32"}});
    return lies;
}

/// A file of one F32 tensor whose record is written by the caller and whose data are 64 bytes.
Lie tensor_lie(const char* name, RawGguf file, std::vector<const char*> says) { return {name, file.pad(32).zeros(64), std::move(says)}; }

std::vector<Lie> lies_of_tensors() {
    const std::string long_name(65, 'n');
    const uint64_t big = uint64_t{1} << 32;
    return {
        tensor_lie("no name", RawGguf(1, 0).tensor("", {16}, kF32, 0), {"byte 24", "name", "empty"}),
        tensor_lie("long name", RawGguf(1, 0).tensor(long_name, {16}, kF32, 0), {"65 bytes", "at most 64"}),
        tensor_lie("name longer than the file", RawGguf(1, 0).u64(kHuge).zeros(64), {"name of tensor 0 of 1", "18446744073709551615"}),
        tensor_lie("name twice", RawGguf(2, 0).tensor("w", {8}, kF32, 0).tensor("w", {8}, kF32, 32), {"\"w\" occurs twice"}),
        tensor_lie("no dimensions", RawGguf(1, 0).text("w").u32(0).u32(kF32).u64(0).zeros(16), {"\"w\" has 0 dimensions", "1 to 4"}),
        tensor_lie("5 dimensions", RawGguf(1, 0).tensor("w", {1, 1, 1, 1, 1}, kF32, 0), {"\"w\" has 5 dimensions", "1 to 4"}),
        tensor_lie("2^32 - 1 dimensions", RawGguf(1, 0).text("w").u32(0xffffffff).zeros(64), {"4294967295 dimensions"}),
        tensor_lie("dimension 0", RawGguf(1, 0).tensor("w", {16, 0}, kF32, 0), {"dimension 1 of", "\"w\" is 0"}),
        tensor_lie("dimensions overflow to 0", RawGguf(1, 0).tensor("w", {big, big}, kF32, 0), {"\"w\"", "2^63 elements"}),
        tensor_lie("dimensions overflow to 16", RawGguf(1, 0).tensor("w", {big + 1, big - 1, 2, 2}, kF32, 0), {"\"w\"", "2^63 elements"}),
        tensor_lie("dimension 2^64 - 1", RawGguf(1, 0).tensor("w", {kHuge}, kF32, 0), {"\"w\"", "2^63 elements"}),
        tensor_lie("bytes overflow", RawGguf(1, 0).tensor("w", {uint64_t{1} << 62}, kF32, 0), {"\"w\" lies beyond the end"}),
        tensor_lie("type 4, Q4_2", RawGguf(1, 0).tensor("w", {16}, 4, 0), {"\"w\" has type 4 (Q4_2)", "does not read"}),
        tensor_lie("type 34, TQ1_0", RawGguf(1, 0).tensor("w", {256}, 34, 0), {"type 34 (TQ1_0)"}),
        tensor_lie("type 9999", RawGguf(1, 0).tensor("w", {16}, 9999, 0), {"type 9999"}),
        tensor_lie("half a block", RawGguf(1, 0).tensor("w", {48}, kQ8_0, 0), {"\"w\" of type Q8_0", "48 elements", "multiple of 32"}),
        tensor_lie("offset not aligned", RawGguf(1, 0).tensor("w", {8}, kF32, 8), {"offset 8", "alignment 32"}),
        tensor_lie("offset beyond the file", RawGguf(1, 0).tensor("w", {8}, kF32, 4096),
                   {"\"w\" lies beyond the end", "offset 4096", "64 bytes"}),
        tensor_lie("offset 2^64 - 32", RawGguf(1, 0).tensor("w", {8}, kF32, kHuge - 31), {"\"w\" lies beyond the end"}),
        tensor_lie("one number beyond the file", RawGguf(1, 0).tensor("w", {17}, kF32, 0),
                   {"\"w\" lies beyond the end", "17 blocks of 4 bytes"}),
        tensor_lie("overlap", RawGguf(2, 0).tensor("a", {16}, kF32, 0).tensor("b", {8}, kF32, 32), {"\"a\" and \"b\" overlap"}),
        tensor_lie("same place", RawGguf(2, 0).tensor("a", {8}, kF32, 0).tensor("b", {8}, kF32, 0), {"overlap"}),
        {"no data section at all", RawGguf(1, 0).tensor("w", {8}, kF32, 0), {"\"w\" lies beyond the end", "0 bytes"}},
    };
}

TEST(GgufHostile, EveryLieIsAnErrorThatSaysWhere) {
    size_t tried = 0;
    for (const auto& lies : {lies_of_the_preamble(), lies_of_entries(), lies_of_the_alignment(), lies_of_tensors()}) {
        for (const auto& lie : lies) {
            SCOPED_TRACE(lie.name);
            const auto start = Clock::now();
            const auto file = GgufFile::parse(lie.file.bytes());
            EXPECT_LT(Clock::now() - start, std::chrono::seconds(1));
            ASSERT_FALSE(file.ok());
            EXPECT_TRUE(file.error().code == ErrorCode::invalid_file || file.error().code == ErrorCode::unsupported);
            for (const char* part : lie.says) EXPECT_NE(file.error().message.find(part), std::string::npos) << file.error().message;
            ++tried;
        }
    }
    std::printf("%zu lies\n", tried);
    EXPECT_GE(tried, 60u);
}

std::vector<std::byte> small_file() {
    GgufWriter writer;
    writer.add_string("general.architecture", "deepseek2");
    writer.add_float32("epsilon", 1e-6f);
    const std::vector<std::string> words = {"a", "", "longer"};
    writer.add_string_array("words", words);
    const std::vector<int32_t> kinds = {1, 3, 6};
    writer.add_int32_array("kinds", kinds);
    const std::vector<std::byte> data(64, std::byte{7});
    const uint64_t dims[] = {4, 4};
    EXPECT_TRUE(writer.add_tensor("first", DType::f32, dims, data).ok());
    EXPECT_TRUE(writer.add_tensor("second", DType::f32, dims, data).ok());
    return writer.bytes();
}

TEST(GgufHostile, AFileCutAtAnyByteIsAnError) {
    const auto whole = small_file();
    ASSERT_TRUE(GgufFile::parse(whole).ok());
    for (size_t size = 0; size < whole.size(); ++size) {
        // A copy of the exact size, so that a sanitizer sees a read beyond it.
        const std::vector<std::byte> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        const auto file = GgufFile::parse(cut);
        ASSERT_FALSE(file.ok()) << size;
        ASSERT_FALSE(file.error().message.empty()) << size;
    }
}

TEST(GgufHostile, AnyByteChangedIsEitherFineOrAnError) {
    auto bytes = small_file();
    size_t fine = 0;
    size_t refused = 0;
    for (size_t at = 0; at < bytes.size(); ++at) {
        const std::byte old = bytes[at];
        for (const unsigned value : {0u, 1u, 0x7fu, 0x80u, 0xffu}) {
            bytes[at] = static_cast<std::byte>(value);
            const auto file = GgufFile::parse(bytes);
            ++(file.ok() ? fine : refused);
            if (!file.ok()) continue;
            for (const auto& tensor : file->tensors()) {
                ASSERT_GE(tensor.data.data(), bytes.data());
                ASSERT_LE(tensor.data.data() + tensor.data.size(), bytes.data() + bytes.size());
            }
        }
        bytes[at] = old;
    }
    EXPECT_GT(fine, 0u);
    EXPECT_GT(refused, 0u);
}

/// Twenty thousand keys that differ only at their end and as many tensors: time must stay near linear.
TEST(GgufHostile, ManyLongRecordsTakeLittleTime) {
    GgufWriter writer;
    const std::string prefix(1000, 'p');
    for (uint32_t i = 0; i < 20000; ++i) writer.add_uint32(prefix + std::to_string(i), i);
    const std::byte zero[4] = {};
    const uint64_t dims[] = {1};
    for (uint32_t i = 0; i < 20000; ++i)
        ASSERT_TRUE(writer.add_tensor(std::string("t").append(std::to_string(i)), DType::f32, dims, zero).ok());
    const auto bytes = writer.bytes();
    const auto start = Clock::now();
    const auto file = GgufFile::parse(bytes);
    EXPECT_LT(Clock::now() - start, std::chrono::seconds(2));
    ASSERT_TRUE(file.ok()) << file.error().message;
    EXPECT_EQ(*file->get_uint(prefix + "19999"), 19999u);
    EXPECT_NE(file->find_tensor("t12345"), nullptr);
}

}  // namespace
}  // namespace soliloquy
