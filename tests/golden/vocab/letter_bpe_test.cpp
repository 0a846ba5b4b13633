/// tests/golden/vocab/letter_bpe_test.cpp: BPE of letters (Gemma 4's kind) against an independent tokenizer (generate_letter_bpe.py).
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "engine/gguf/gguf_writer.h"
#include "engine/tokenizer/tokenizer.h"
#include "tests/support/shared_folder.h"

namespace soliloquy {
namespace {

nlohmann::json expected() {
    return nlohmann::json::parse(testing::read_file(testing::source_folder() / "tests/golden/vocab/letter_bpe.json"));
}

TEST(GoldenLetterBpe, EveryCase) {
    const auto json = expected();
    const auto tokens = json.at("tokens").get<std::vector<std::string>>();
    const auto merges = json.at("merges").get<std::vector<std::string>>();
    VocabularySource source;
    source.model = VocabularyModel::letter_bpe;
    source.pre = "gemma4";
    source.tokens.assign(tokens.begin(), tokens.end());
    source.kinds = json.at("kinds").get<std::vector<int64_t>>();
    source.bos = 2;
    const std::vector<std::string_view> views(merges.begin(), merges.end());
    const auto tokenizer = Tokenizer::from_source(source, views);
    ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message;
    const Vocabulary& vocabulary = (*tokenizer)->vocabulary();
    EXPECT_TRUE(vocabulary.add_bos());
    size_t cases = 0;
    for (const auto& test : json.at("cases")) {
        const auto text = test.at("text").get<std::string>();
        const auto ids = (*tokenizer)->encode(text, false);
        ASSERT_TRUE(ids.ok());
        EXPECT_EQ(*ids, test.at("ids").get<std::vector<TokenId>>()) << '"' << text << '"';
        if (text.find("\xE2\x96\x81") == std::string::npos) {
            EXPECT_EQ(vocabulary.decode(*ids), text);
        }
        ++cases;
    }
    std::cout << cases << " texts\n";
    EXPECT_GE(cases, 30u);
}

TEST(GoldenLetterBpe, ARunOfLineFeedsThatIsATokenIsTakenWhole) {
    VocabularySource source;
    source.model = VocabularyModel::letter_bpe;
    source.tokens = {"\n", "\n\n", "\n\n\n", "a", "\na", "<unk>", "<|x|>", "<", "|", "x", ">", "<|", "|>", "<|x"};
    source.kinds = {1, 1, 1, 1, 1, 2, 4, 1, 1, 1, 1, 1, 1, 1};
    const std::vector<std::string_view> merges = {"\n \n", "\n a", "< |", "| >", "<| x", "<|x |>"};
    const auto tokenizer = Tokenizer::from_source(source, merges);
    ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message;
    const auto ids = [&](std::string_view text) {
        TracedText content;
        content.append(text, TextSource::from_content);
        return (*tokenizer)->encode(content).value();
    };
    EXPECT_EQ(ids("\n\n\n"), (std::vector<TokenId>{2})) << "no merge makes it";
    EXPECT_EQ(ids("\n\n\n\n"), (std::vector<TokenId>{1, 1})) << "no token: merged";
    EXPECT_EQ(ids("a\na"), (std::vector<TokenId>{3, 0, 3})) << "no merge across the end of a line";
    EXPECT_EQ(ids("<|x|>"), (std::vector<TokenId>{13, 12})) << "no merge makes a mark out of content";
    EXPECT_EQ(*(*tokenizer)->encode("<|x|>", true), (std::vector<TokenId>{6}));
}

TEST(GoldenLetterBpe, AFileSaysSoByItsModelOrItsPre) {
    const auto json = expected();
    const auto kinds = json.at("kinds").get<std::vector<int32_t>>();
    const auto open = [&](std::string_view model, std::string_view pre, bool with_merges) {
        GgufWriter writer;
        writer.add_string("general.architecture", "llama");
        writer.add_string("tokenizer.ggml.model", model);
        if (!pre.empty()) writer.add_string("tokenizer.ggml.pre", pre);
        writer.add_string_array("tokenizer.ggml.tokens", json.at("tokens").get<std::vector<std::string>>());
        writer.add_int32_array("tokenizer.ggml.token_type", kinds);
        if (with_merges) writer.add_string_array("tokenizer.ggml.merges", json.at("merges").get<std::vector<std::string>>());
        const auto path = std::filesystem::temp_directory_path() / ("letter_bpe_test_" + std::string(model) + std::string(pre) + ".gguf");
        EXPECT_TRUE(writer.write(path).ok());
        const auto file = GgufFile::open(path);
        EXPECT_TRUE(file.ok());
        auto tokenizer = Tokenizer::from_gguf(*file);
        std::filesystem::remove(path);
        return tokenizer;
    };
    for (const auto& [model, pre] : {std::pair("gemma4", ""), {"gpt2", "gemma4"}, {"gpt2", "sarvam-moe"}}) {
        const auto tokenizer = open(model, pre, true);
        ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message;
        EXPECT_EQ((*tokenizer)->vocabulary().model(), VocabularyModel::letter_bpe);
        EXPECT_EQ((*tokenizer)->vocabulary().bytes((*tokenizer)->vocabulary().size() - 1), "\n\n\n");
    }
    const auto bare = open("gemma4", "", false);
    ASSERT_FALSE(bare.ok());
    EXPECT_NE(bare.error().message.find("tokenizer.ggml.merges"), std::string::npos);
}

}  // namespace
}  // namespace soliloquy
