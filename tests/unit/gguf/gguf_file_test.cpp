/// tests/unit/gguf/gguf_file_test.cpp: what the writer writes, the reader reads; getters, arrays, split files.
#include "engine/gguf/gguf_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "engine/gguf/gguf_writer.h"
#include "tests/support/shared_folder.h"
#include "tests/unit/gguf/raw_gguf.h"

namespace soliloquy {
namespace {

std::vector<std::byte> pattern(size_t size, unsigned seed) {
    std::vector<std::byte> bytes(size);
    for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 7 + seed);
    return bytes;
}

bool same(std::span<const std::byte> a, std::span<const std::byte> b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

GgufWriter writer_of_all_scalars() {
    GgufWriter writer;
    writer.add_uint8("u8", 255);
    writer.add_int8("i8", -128);
    writer.add_uint16("u16", 65535);
    writer.add_int16("i16", -32768);
    writer.add_uint32("u32", 4294967295u);
    writer.add_int32("i32", -2147483647 - 1);
    writer.add_uint64("u64", 18446744073709551615u);
    writer.add_int64("i64", INT64_MIN);
    writer.add_int64("i64+", INT64_MAX);
    writer.add_float32("f32", 0.1f);
    writer.add_float64("f64", 1e300);
    writer.add_bool("yes", true);
    writer.add_bool("no", false);
    writer.add_string("text", std::string_view("a\0b", 3));
    writer.add_string("nothing", "");
    return writer;
}

TEST(GgufFile, ReadsScalarsOfEveryType) {
    const auto bytes = writer_of_all_scalars().bytes();
    const auto file = GgufFile::parse(bytes);
    ASSERT_TRUE(file.ok()) << file.error().message;
    EXPECT_EQ(file->version(), 3u);
    EXPECT_EQ(file->file_bytes(), bytes.size());
    EXPECT_EQ(file->entries().size(), 15u);
    EXPECT_EQ(*file->get_uint("u8"), 255u);
    EXPECT_EQ(*file->get_uint("u16"), 65535u);
    EXPECT_EQ(*file->get_uint("u32"), 4294967295u);
    EXPECT_EQ(*file->get_uint("u64"), 18446744073709551615u);
    EXPECT_EQ(*file->get_uint("i64+"), static_cast<uint64_t>(INT64_MAX));
    EXPECT_EQ(std::get<int64_t>(file->find("i8")->value), -128);
    EXPECT_EQ(std::get<int64_t>(file->find("i16")->value), -32768);
    EXPECT_EQ(std::get<int64_t>(file->find("i32")->value), INT32_MIN);
    EXPECT_EQ(std::get<int64_t>(file->find("i64")->value), INT64_MIN);
    EXPECT_EQ(*file->get_float("f32"), static_cast<double>(0.1f));
    EXPECT_EQ(*file->get_float("f64"), 1e300);
    EXPECT_TRUE(*file->get_bool("yes"));
    EXPECT_FALSE(*file->get_bool("no"));
    EXPECT_EQ(*file->get_string("text"), std::string_view("a\0b", 3));
    EXPECT_EQ(*file->get_string("nothing"), "");
    EXPECT_EQ(file->find("i16")->type, GgufType::int16);
    EXPECT_EQ(file->find("missing"), nullptr);
}

TEST(GgufFile, GettersSayWhichKeyAndWhichTypes) {
    const auto bytes = writer_of_all_scalars().bytes();
    const auto file = GgufFile::parse(bytes);
    ASSERT_TRUE(file.ok());
    const auto message = [](const auto& result) { return result.ok() ? "no error" : result.error().message; };
    EXPECT_EQ(message(file->get_uint("text")), "key \"text\" has type string; expected an integer");
    EXPECT_EQ(message(file->get_uint("i8")), "key \"i8\" is -128; expected 0 or more");
    EXPECT_EQ(message(file->get_uint("f32")), "key \"f32\" has type float32; expected an integer");
    EXPECT_EQ(message(file->get_float("u8")), "key \"u8\" has type uint8; expected a float");
    EXPECT_EQ(message(file->get_bool("u8")), "key \"u8\" has type uint8; expected a bool");
    EXPECT_EQ(message(file->get_string("yes")), "key \"yes\" has type bool; expected a string");
    EXPECT_NE(message(file->get_string("absent")).find("key \"absent\" (a string) is missing"), std::string::npos);
    EXPECT_EQ(*file->get_uint_or("absent", 7), 7u);
    EXPECT_EQ(*file->get_float_or("absent", 0.5), 0.5);
    EXPECT_EQ(*file->get_bool_or("absent", true), true);
    EXPECT_EQ(*file->get_string_or("absent", "x"), "x");
    EXPECT_EQ(*file->get_uint_or("u8", 7), 255u);
    EXPECT_FALSE(file->get_uint_or("text", 7).ok());
    EXPECT_FALSE(file->get_float_or("text", 7).ok());
    EXPECT_FALSE(file->get_bool_or("text", true).ok());
    EXPECT_FALSE(file->get_string_or("u8", "").ok());
}

template <typename T>
void expect_array(const GgufFile& file, const char* key, GgufType type, std::initializer_list<T> values) {
    SCOPED_TRACE(key);
    const GgufValue* value = file.find(key);
    ASSERT_NE(value, nullptr);
    const auto& array = std::get<GgufArray>(value->value);
    EXPECT_EQ(array.item_type, type);
    ASSERT_EQ(array.count, values.size());
    uint64_t i = 0;
    for (const T item : values) {
        EXPECT_EQ(array.number(i), static_cast<double>(item));
        if constexpr (std::is_integral_v<T>) {
            EXPECT_EQ(array.integer(i), static_cast<int64_t>(item));
        }
        ++i;
    }
    EXPECT_EQ(array.number(values.size()), 0.0);
    EXPECT_EQ(array.integer(values.size()), 0);
}

TEST(GgufFile, ReadsArraysOfEveryType) {
    GgufWriter writer;
    writer.add_uint8_array("u8", std::vector<uint8_t>{0, 255});
    writer.add_int8_array("i8", std::vector<int8_t>{-128, 127});
    writer.add_uint16_array("u16", std::vector<uint16_t>{0, 65535});
    writer.add_int16_array("i16", std::vector<int16_t>{-32768, 1});
    writer.add_uint32_array("u32", std::vector<uint32_t>{1, 4294967295u});
    writer.add_int32_array("i32", std::vector<int32_t>{-5, 5});
    writer.add_uint64_array("u64", std::vector<uint64_t>{1ull << 40, UINT64_MAX});
    writer.add_int64_array("i64", std::vector<int64_t>{-(1ll << 40)});
    writer.add_float32_array("f32", std::vector<float>{0.5f, -3.75f, 1e30f, NAN});
    writer.add_float64_array("f64", std::vector<double>{1e200, -2.5});
    writer.add_bool_array("bools", std::vector<uint8_t>{1, 0, 1});
    writer.add_string_array("words", std::vector<std::string>{"one", "", "drei"});
    writer.add_string_array("none", {});
    const auto bytes = writer.bytes();
    const auto file = GgufFile::parse(bytes);
    ASSERT_TRUE(file.ok()) << file.error().message;
    expect_array<uint8_t>(*file, "u8", GgufType::uint8, {0, 255});
    expect_array<int8_t>(*file, "i8", GgufType::int8, {-128, 127});
    expect_array<uint16_t>(*file, "u16", GgufType::uint16, {0, 65535});
    expect_array<int16_t>(*file, "i16", GgufType::int16, {-32768, 1});
    expect_array<uint32_t>(*file, "u32", GgufType::uint32, {1, 4294967295u});
    expect_array<int32_t>(*file, "i32", GgufType::int32, {-5, 5});
    expect_array<int64_t>(*file, "i64", GgufType::int64, {-(1ll << 40)});
    expect_array<double>(*file, "f64", GgufType::float64, {1e200, -2.5});
    expect_array<uint8_t>(*file, "bools", GgufType::boolean, {1, 0, 1});
    const auto& floats = std::get<GgufArray>(file->find("f32")->value);
    EXPECT_EQ(floats.number(1), -3.75);
    EXPECT_EQ(floats.integer(1), -3);
    EXPECT_EQ(floats.integer(2), INT64_MAX);
    EXPECT_EQ(floats.integer(3), 0);
    EXPECT_EQ(std::get<GgufArray>(file->find("u64")->value).integer(1), INT64_MAX);
    std::vector<std::string> words;
    std::get<GgufArray>(file->find("words")->value).for_each_string([&](std::string_view word) { words.emplace_back(word); });
    EXPECT_EQ(words, (std::vector<std::string>{"one", "", "drei"}));
    EXPECT_EQ(std::get<GgufArray>(file->find("words")->value).number(0), 0.0);
    EXPECT_EQ(std::get<GgufArray>(file->find("none")->value).count, 0u);
}

TEST(GgufFile, ReadsTensorsOfEveryTypeAtEveryAlignment) {
    for (const uint32_t alignment : {8u, 32u, 64u, 4096u}) {
        SCOPED_TRACE(alignment);
        GgufWriter writer(alignment);
        std::vector<std::pair<DType, std::vector<std::byte>>> written;
        for (uint32_t id = 0; id < 64; ++id) {
            const auto traits = dtype_traits(id);
            if (!traits) continue;
            const auto type = static_cast<DType>(id);
            const uint64_t dims[] = {2 * uint64_t{traits->block_elements}, 3, 1, 5};
            written.emplace_back(type, pattern(row_bytes(type, dims[0]) * 15, id));
            ASSERT_TRUE(writer.add_tensor(traits->name, type, dims, written.back().second).ok());
        }
        const auto bytes = writer.bytes();
        const auto file = GgufFile::parse(bytes);
        ASSERT_TRUE(file.ok()) << file.error().message;
        ASSERT_EQ(file->tensors().size(), written.size());
        for (size_t i = 0; i < written.size(); ++i) {
            const auto& tensor = file->tensors()[i];
            const auto& traits = dtype_traits(written[i].first);
            EXPECT_EQ(tensor.type, written[i].first);
            EXPECT_EQ(tensor.n_dims, 4u);
            EXPECT_EQ(tensor.elements(), 30u * traits.block_elements);
            EXPECT_TRUE(same(tensor.data, written[i].second)) << traits.name;
            EXPECT_EQ(static_cast<size_t>(tensor.data.data() - bytes.data()) % alignment, 0u);
            EXPECT_EQ(file->find_tensor(traits.name), &tensor);
        }
        EXPECT_EQ(file->find_tensor("other"), nullptr);
    }
}

TEST(GgufFile, ReadsVersion2AndLetsTheLastPaddingMiss) {
    testing::RawGguf raw(1, 1, 2);
    raw.entry_u32("a", 5).tensor("w", {3}, 0, 0).pad(32).zeros(12);
    const auto file = GgufFile::parse(raw.bytes());
    ASSERT_TRUE(file.ok()) << file.error().message;
    EXPECT_EQ(file->version(), 2u);
    EXPECT_EQ(file->tensors()[0].data.size(), 12u);
    EXPECT_EQ(file->tensors()[0].dims, (std::array<uint64_t, 4>{3, 1, 1, 1}));
}

TEST(GgufWriter, RefusesTensorsThatDoNotFitTheirData) {
    GgufWriter writer;
    const std::vector<std::byte> data(34);
    EXPECT_TRUE(writer.add_tensor("good", DType::q8_0, std::vector<uint64_t>{32}, data).ok());
    EXPECT_FALSE(writer.add_tensor("rows", DType::q8_0, std::vector<uint64_t>{33}, data).ok());
    EXPECT_FALSE(writer.add_tensor("bytes", DType::q8_0, std::vector<uint64_t>{64}, data).ok());
    EXPECT_FALSE(writer.add_tensor("dims", DType::q8_0, std::vector<uint64_t>{}, data).ok());
}

class SplitFile : public ::testing::Test {
  protected:
    void SetUp() override {
        folder_ = std::filesystem::path(::testing::TempDir()) /
                  ("split-" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
        std::filesystem::create_directories(folder_);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    void write_part(const std::string& name, uint16_t part, uint16_t parts, int32_t n_tensors, const std::string& tensor) const {
        GgufWriter writer;
        if (part == 0) writer.add_string("general.architecture", "llama");
        writer.add_uint16("split.no", part);
        writer.add_uint16("split.count", parts);
        writer.add_int32("split.tensors.count", n_tensors);
        ASSERT_TRUE(writer.add_tensor(tensor, DType::f32, std::vector<uint64_t>{8}, pattern(32, part)).ok());
        ASSERT_TRUE(writer.write(folder_ / name).ok());
    }
    [[nodiscard]] std::string error_of(const std::string& name) const {
        const auto file = GgufFile::open(folder_ / name);
        return file.ok() ? "no error" : file.error().message;
    }

    std::filesystem::path folder_;
};

TEST_F(SplitFile, AllPartsOpenWithTheFirst) {
    write_part("m-00001-of-00003.gguf", 0, 3, 3, "a");
    write_part("m-00002-of-00003.gguf", 1, 3, 3, "b");
    write_part("m-00003-of-00003.gguf", 2, 3, 3, "c");
    auto opened = GgufFile::open(folder_ / "m-00001-of-00003.gguf");
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    const GgufFile file = std::move(*opened);  // views stay good when the file moves
    ASSERT_EQ(file.tensors().size(), 3u);
    EXPECT_TRUE(same(file.find_tensor("a")->data, pattern(32, 0)));
    EXPECT_TRUE(same(file.find_tensor("c")->data, pattern(32, 2)));
    EXPECT_EQ(*file.get_string("general.architecture"), "llama");
    EXPECT_GT(file.file_bytes(), 3 * 32u);
}

TEST_F(SplitFile, SaysWhichPartToOpenAndWhichIsMissing) {
    write_part("m-00001-of-00003.gguf", 0, 3, 3, "a");
    write_part("m-00002-of-00003.gguf", 1, 3, 3, "b");
    EXPECT_NE(error_of("m-00002-of-00003.gguf").find("part 2 of 3; open the first part, \"m-00001-of-00003.gguf\""), std::string::npos);
    EXPECT_NE(error_of("m-00001-of-00003.gguf").find("part 3 of 3 must lie beside the first"), std::string::npos)
        << error_of("m-00001-of-00003.gguf");
    write_part("m-00003-of-00003.gguf", 1, 3, 3, "c");
    EXPECT_NE(error_of("m-00001-of-00003.gguf").find("says that it is part 2 of 3; expected part 3 of 3"), std::string::npos);
    write_part("m-00003-of-00003.gguf", 2, 3, 3, "a");
    EXPECT_NE(error_of("m-00001-of-00003.gguf").find("\"a\" occurs twice"), std::string::npos);
}

TEST_F(SplitFile, RefusesPartsThatMissTensorsOrTheirName) {
    write_part("m-00001-of-00002.gguf", 0, 2, 9, "a");
    write_part("m-00002-of-00002.gguf", 1, 2, 9, "b");
    EXPECT_NE(error_of("m-00001-of-00002.gguf").find("have 2 tensors; expected 9"), std::string::npos);
    write_part("renamed.gguf", 0, 2, 2, "a");
    EXPECT_NE(error_of("renamed.gguf").find("-00001-of-00002.gguf"), std::string::npos);
    std::ofstream(folder_ / "m-00002-of-00002.gguf", std::ios::trunc).flush();
    EXPECT_NE(error_of("m-00001-of-00002.gguf").find("m-00002-of-00002.gguf: the file is empty"), std::string::npos);
}

TEST(GgufFile, OpensTheBundledModel) {
    const auto file = GgufFile::open(testing::bundled_model());
    ASSERT_TRUE(file.ok()) << file.error().message;
    EXPECT_EQ(*file->get_string("general.architecture"), "deepseek2");
    EXPECT_EQ(file->file_bytes(), std::filesystem::file_size(testing::bundled_model()));
    EXPECT_NE(file->find_tensor("token_embd.weight"), nullptr);
}

}  // namespace
}  // namespace soliloquy
