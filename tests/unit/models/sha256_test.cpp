/// tests/unit/models/sha256_test.cpp: the example vectors of NIST for SHA-256, in pieces of every size, and files.
#include "app/models/sha256.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/unit/models/temporary_folder.h"

namespace soliloquy::models {
namespace {

std::string digest(const std::string& text, size_t piece) {
    Sha256 hash;
    for (size_t at = 0; at < text.size(); at += piece)
        hash.add(std::as_bytes(std::span(text).subspan(at, std::min(piece, text.size() - at))));
    return hash.finish();
}

/// FIPS 180-4 example values (NIST "SHA-256 example" and the long-message set's million letters).
struct Vector {
    std::string text;
    const char* digest;
};
const Vector kVectors[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
     "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    {std::string(1'000'000, 'a'), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
};

TEST(Sha256, GivesNistsExamples) {
    for (const Vector& vector : kVectors) {
        EXPECT_EQ(digest(vector.text, vector.text.size() + 1), vector.digest);
        EXPECT_EQ(digest(vector.text, 63), vector.digest);
        EXPECT_EQ(digest(vector.text, 64), vector.digest);
    }
}

TEST(Sha256, PiecesDoNotMatter) {
    for (size_t length = 0; length < 200; ++length) {
        const std::string text(length, 'x');
        const std::string whole = digest(text, 1000);
        for (const size_t piece : {1u, 7u, 55u, 56u, 57u, 127u}) EXPECT_EQ(digest(text, piece), whole) << length << " in " << piece;
    }
}

TEST(Sha256, OfFilesWithProgressAndCancel) {
    const TemporaryFolder folder;
    const auto file = folder.write("million", std::string(1'000'000, 'a'));
    double last = -1;
    const auto hash = sha256_of_file(file, [&last](double done) { return last = done, true; });
    ASSERT_TRUE(hash.ok()) << hash.error().message;
    EXPECT_EQ(*hash, kVectors[4].digest);
    EXPECT_EQ(last, 1.0);
    const auto cancelled = sha256_of_file(file, [](double) { return false; });
    ASSERT_FALSE(cancelled.ok());
    EXPECT_EQ(cancelled.error().code, ErrorCode::cancelled);
    const auto absent = sha256_of_file(folder.path() / "absent");
    ASSERT_FALSE(absent.ok());
    EXPECT_NE(absent.error().message.find("absent"), std::string::npos);
}

}  // namespace
}  // namespace soliloquy::models
