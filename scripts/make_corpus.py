"""Make a corpus to measure with: articles in Chinese and English as JSON lines, with copies, near copies and dirt.

    python scripts/make_corpus.py 25 > corpus.jsonl            # 25 MB
    python scripts/make_corpus.py 100 --seed 2 > corpus.jsonl

output   one JSON object a line: id, date, source, text; the same bytes for one size and seed
text     of 200 to 8,000 characters, five sixths of the documents Chinese: a headline, mostly, and paragraphs of made-up
         sentences, each article with the words of one subject. One document in eight is a copy of an earlier one, half of
         them edited; one paragraph in ten is a copy, a third of them edited; one document in six carries dirt of the web
         or of newspaper pages

The text is synthetic: fit for time and memory, and for what duplicates cost; not for what a stage finds in real pages.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from random import Random

CHINESE, COPIES, EDITED_COPIES = 5 / 6, 1 / 8, 1 / 2  # shares of documents
SHARED, EDITED_SHARED = 1 / 10, 1 / 3  # shares of paragraphs
HEADLINES, DIRTY = 0.8, 1 / 6
SHORTEST, LONGEST = 200, 8000  # characters
REMEMBERED = 4096  # documents, and paragraphs, that later ones may copy

SUBJECTS = {  # the words of a subject: nouns, then verbs
    "农业": ("小麦 玉米 水稻 大棚 蔬菜 果园 合作社 种植户 农机 化肥 良种 灌溉渠 产量 耕地 粮仓 乡村 茶叶 养殖场 渔业 林场 墒情 病虫害 收购价 示范田", "播种 收割 推广 试种 灌溉 改良 储备 销往 防治"),
    "交通": ("高铁 地铁 公路 桥梁 隧道 港口 航线 机场 车站 货运 客流 司机 乘客 轨道 收费站 路网 公交 车次 班列 码头 枢纽 运力 时刻表 立交桥", "通车 运行 铺设 调度 检修 扩建 停靠 疏导 直达"),
    "科技": ("芯片 算法 卫星 机器人 实验室 数据 软件 传感器 电池 新材料 航天器 研发团队 专利 模型 网络 光纤 望远镜 论文 样机 超算 平台 算力 原型 接口", "研制 发射 测试 破解 模拟 升级 验证 开放 联网"),
    "教育": ("学校 课堂 教师 学生 教材 高校 幼儿园 奖学金 图书馆 考试 专业 课程 校园 家长 毕业生 实训 宿舍 招生 作业 体育课 社团 讲座 学分 操场", "授课 招收 培训 资助 评选 开设 辅导 减轻 走访"),
    "医疗": ("医院 医生 患者 疫苗 门诊 药品 手术 护士 病房 体检 急救 中药 医保 社区诊所 康复 设备 血压 儿科 专家 病历 检验 救护车 处方 慢性病", "诊断 接种 治疗 筛查 报销 会诊 预防 转诊 随访"),
    "文化": ("博物馆 展览 戏曲 文物 古城 书店 电影 剧团 画家 非遗 音乐会 诗歌 传承人 舞台 出版社 节目 壁画 石刻 年画 读者 观众 导演 遗址 灯会", "展出 修复 演出 收藏 出版 传唱 复原 讲述 申报"),
    "经济": ("企业 市场 订单 投资 利润 消费 出口 税收 贷款 银行 园区 产业链 物价 商户 外贸 基金 股份 零售 品牌 物流 库存 成本 项目 合同", "投产 签约 增长 回升 融资 扩大 降低 转型 兑现"),
    "环境": ("河流 湿地 森林 空气 水质 垃圾 候鸟 草原 沙地 排放 污水 监测站 保护区 树种 水库 山林 碳汇 植被 生态 渔民 噪声 雨水 苗木 巡护员", "治理 监测 恢复 栽种 拆除 禁止 净化 回收 巡查"),
    "体育": ("球队 教练 比赛 冠军 运动员 马拉松 赛场 联赛 裁判 游泳 田径 篮球 足球 球迷 训练 主场 决赛 奖牌 体能 替补 门将 选手 纪录 赛季", "夺冠 晋级 训练 签下 击败 备战 刷新 举办 领跑"),
    "城市": ("街道 社区 小区 广场 路灯 菜市场 居民 物业 公园 停车位 供暖 管道 电梯 老楼 志愿者 外卖 夜市 窗口 热线 养老 天桥 招牌 门店 网格员", "改造 清理 开放 巡逻 安装 登记 协商 走访 更换"),
}  # fmt: skip
PLACES = [
    "江宁",
    "临海",
    "平阳",
    "东川",
    "南岭",
    "北河",
    "西陵",
    "青山",
    "石桥",
    "长浦",
    "新田",
    "安和",
    "云台",
    "金沙",
    "白塔",
    "清源",
    "武城",
    "永定",
    "龙泉",
    "海州",
    "怀远",
    "宜丰",
    "茂林",
    "沙湾",
]
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
GIVEN = [
    "建国",
    "晓明",
    "丽华",
    "志强",
    "海燕",
    "文杰",
    "秀英",
    "立新",
    "雨桐",
    "子涵",
    "国庆",
    "春梅",
    "学军",
    "亚男",
    "思远",
    "红霞",
    "宏伟",
    "静怡",
    "德胜",
    "佳宁",
    "永康",
    "兰芳",
    "少华",
    "明哲",
]
OFFICES = [
    "市政府",
    "县委",
    "发展改革委",
    "统计局",
    "管委会",
    "研究院",
    "行业协会",
    "街道办",
    "监管部门",
    "有关部门",
    "指挥部",
    "调查队",
    "办公室",
    "联合会",
]
TIMES = [
    "今年以来",
    "去年底",
    "近日",
    "上半年",
    "前三季度",
    "日前",
    "本月初",
    "近年来",
    "当天上午",
    "此前",
    "入冬以来",
    "节日期间",
    "两年来",
    "春耕时节",
    "记者发稿时",
    "会议期间",
]
HOW = [
    "明显",
    "稳步",
    "进一步",
    "持续",
    "有序",
    "全面",
    "逐步",
    "提前",
    "大幅",
    "初步",
    "相继",
    "陆续",
    "充分",
    "及时",
    "加快",
    "不断",
    "首次",
    "重新",
]
LINKS = [
    "与此同时",
    "此外",
    "据了解",
    "另一方面",
    "不过",
    "为此",
    "值得注意的是",
    "事实上",
    "从整体看",
    "对此",
    "接下来",
    "换句话说",
    "在他看来",
    "数据显示",
    "目前",
    "据介绍",
]
NUMBERS = [str(number) for number in range(2, 100)] + [f"{number}.{number % 9 + 1}" for number in range(1, 60)]
PATTERNS = (  # n, v: words of the subject; the others as the tables above
    "{time}，{place}{n}{how}{v}，{n}和{n}达到{number}万件，比上年增长{number}%。",
    "{link}，{office}负责人{person}说，{n}要{how}{v}，不能让{n}只停在纸面上。",
    "“过去{n}总是不够，现在{n}多了，{n}也{how}好起来。”{person}告诉记者。",
    "在{place}，{n}旁边就是{n}，{person}每天都要去看看{n}{v}得怎么样。",
    "{office}{time}公布的{n}显示，{n}共有{number}个，其中{n}占{number}%。",
    "从{place}到{place}，{n}、{n}、{n}{how}连成一片，{n}也跟着{v}起来。",
    "{link}，{n}仍然面临{n}不足、{n}偏少等问题，需要{n}一起想办法。",
    "为了{v}{n}，{place}拿出{number}万元，{how}{v}{n}，带动{number}户受益。",
    "{person}是{place}的老{n}，干了{number}年，最关心的还是{n}能不能{v}。",
    "{time}，{number}名{n}来到{place}，围绕{n}和{n}谈了整整一天；{link}，{n}的安排也定了下来。",
    "{n}{v}之后，{n}少了，{n}多了，{office}打算明年再{how}{v}一批{n}。",
    "谁来管{n}？{office}的答案是：由{n}负责，{n}监督，{person}这样的{n}也可以参加。",
)  # fmt: skip

ENGLISH_SUBJECTS = {
    "harbour": ("harbour ferry cargo crane dock tide captain route terminal pilot vessel container storm breakwater customs lighthouse", "load anchor inspect dredge repair unload"),
    "school": ("school teacher pupil library lesson exam campus scholarship textbook principal classroom playground lecture degree parent canteen", "teach enrol study publish mentor graduate"),
    "health": ("hospital nurse patient vaccine clinic surgeon ward medicine ambulance diagnosis therapy trial dose insurance recovery laboratory", "treat screen vaccinate discharge monitor prescribe"),
    "energy": ("turbine grid battery reactor pipeline solar panel storage meter tariff coal refinery outage demand substation voltage generator", "supply install export cool upgrade measure"),
    "music": ("orchestra concert singer album festival stage violin audience composer rehearsal rhythm choir theatre ticket recording encore", "perform record compose rehearse tour conduct"),
    "farming": ("harvest barley orchard tractor irrigation soil cattle dairy fertiliser meadow seed drought market grain shepherd cooperative", "plant harvest plough breed irrigate store"),
}  # fmt: skip
ENGLISH_PLACES = [
    "Ashford",
    "Millbrook",
    "Northgate",
    "Eastleigh",
    "Harwood",
    "Kingsbury",
    "Lakeside",
    "Redhill",
    "Stonebridge",
    "Westbury",
    "Fairview",
    "Oakham",
]
ENGLISH_NAMES = [
    "Carter",
    "Hughes",
    "Bennett",
    "Morgan",
    "Ellis",
    "Foster",
    "Grant",
    "Palmer",
    "Shaw",
    "Turner",
    "Walsh",
    "Young",
    "Reid",
    "Lloyd",
    "Barker",
    "Doyle",
]
ENGLISH_HOW = [
    "slowly",
    "steadily",
    "quickly",
    "rarely",
    "quietly",
    "openly",
    "largely",
    "partly",
    "again",
    "together",
    "twice",
    "soon",
    "early",
    "later",
]
ENGLISH_PATTERNS = (
    "The {n} in {place} will {v} more than {number} thousand {n}s this year, officials said, up {number} per cent on the last one.",
    "“We never had enough {n}s,” said {person}, who has worked at the {n} for {number} years, “and now the {n} is {how} full.”",
    "{person} told the council that every {n} must {v} before the {n} can be moved {how} to {place}.",
    "Between {place} and {place} the {n} runs beside the {n}, and people {how} {v} what the {n} leaves behind.",
    "A report on the {n} found that {number} of its {n}s had failed, while the {n} and the {n} did {how} better than planned.",
    "Nobody knows who will {v} the {n}; for now the {n} is closed, and {person} waits in {place} for an answer.",
    "It took {number} weeks to {v} the first {n}, and the second {n} was {how} finished after the {n} had been paid for.",
    "Critics say that the {n} costs too much, that {place} needs a {n} instead, and that {person} should {v} it {how}.",
)  # fmt: skip

BOILERPLATE = (
    "本报讯　未经授权不得转载、摘编本网站的任何文字和图片，违者将依法追究责任。",
    "免责声明：以上内容仅代表作者个人观点，与本平台无关，请读者自行核实相关信息。",
    "欢迎关注我们的公众号，获取更多本地新闻、便民服务和活动信息，投稿请发至编辑部邮箱。",
    "The views expressed here are those of the author alone and do not represent those of this newspaper or its owners.",
)
FULL_WIDTH = {code: code + 0xFEE0 for code in (*range(0x30, 0x3A), *range(0x41, 0x5B))}
DIRT: tuple[Callable[[str], str], ...] = (
    lambda text: "\n".join(f"　　{line}" for line in text.split("\n")),  # indents of a newspaper page
    lambda text: text.translate(FULL_WIDTH),
    lambda text: text.replace("\n", "\r\n"),
    lambda text: text.replace("，", "，\u200b"),
    lambda text: text.replace("“", "&ldquo;").replace("”", "&rdquo;").replace("\n", "&nbsp;\n"),
    lambda text: text.replace("\n", " \n\n\n"),
    lambda text: f"\ufeff{text}\n(上接第1版)\n",
    lambda text: text.replace("的", "的的", 1).replace(" the ", " the the ", 1),
    lambda text: text.replace("人", "⼈").replace("fi", "ﬁ"),
    lambda text: text.replace("。", "。<br>", 3) + "\x07",
)


class Writer:
    """Writes sentences about one subject; all choices come from one generator of random numbers."""

    def __init__(self, random: Random, patterns: tuple[str, ...], words: dict[str, list[str]]) -> None:
        self.random = random.random
        self.patterns = [self._parsed(pattern, words) for pattern in patterns]

    @staticmethod
    def _parsed(pattern: str, words: dict[str, list[str]]) -> tuple[str, list[tuple[list[str], int]]]:
        """A pattern for `%`, and for each of its places the words that may stand there."""
        parts = pattern.replace("%", "%%").split("{")
        names = [part.partition("}")[0] for part in parts[1:]]
        ends = [part.partition("}")[2] for part in parts[1:]]
        return parts[0] + "".join(f"%s{end}" for end in ends), [(words[name], len(words[name])) for name in names]

    def sentence(self) -> str:
        """One sentence."""
        random = self.random
        pattern, slots = self.patterns[int(random() * len(self.patterns))]
        return pattern % tuple([words[int(random() * size)] for words, size in slots])


def writers(random: Random) -> tuple[list[Writer], list[Writer]]:
    """One for each subject: Chinese, English."""
    people = [surname + given for surname in SURNAMES for given in GIVEN]
    common = {"place": PLACES, "person": people, "office": OFFICES, "time": TIMES, "how": HOW, "link": LINKS}
    foreign = {"place": ENGLISH_PLACES, "person": ENGLISH_NAMES, "how": ENGLISH_HOW}

    def of(
        subjects: dict[str, tuple[str, str]], patterns: tuple[str, ...], others: dict[str, list[str]]
    ) -> list[Writer]:
        tables = ({"n": nouns.split(), "v": verbs.split(), "number": NUMBERS} for nouns, verbs in subjects.values())
        return [Writer(random, patterns, others | table) for table in tables]

    return of(SUBJECTS, PATTERNS, common), of(ENGLISH_SUBJECTS, ENGLISH_PATTERNS, foreign)


class Memory:
    """The last texts that were given to it, of which later ones are copies."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.given = 0

    def keep(self, text: str) -> None:
        """Remember a text in the place of the oldest."""
        if len(self.texts) < REMEMBERED:
            self.texts.append(text)
        else:
            self.texts[self.given % REMEMBERED] = text
        self.given += 1


def edited(text: str, random: Random) -> str:
    """A near copy: some characters in two hundred are others, or gone."""
    letters = list(text)
    for _ in range(1 + len(letters) // 200):
        at = int(random.random() * len(letters))
        if letters[at] != "\n":
            letters[at] = random.choice(("", "一", "新", "又", "e", "s"))
    return "".join(letters)


def article(writer: Writer, gap: str, random: Random, paragraphs: Memory) -> str:
    """A headline, mostly, and as many paragraphs as the length asks for that was drawn: half of them under 900 letters."""
    wanted = min(max(int(random.lognormvariate(6.8, 0.8)), SHORTEST), LONGEST - 400)
    lines = [writer.sentence()[:24].rstrip("，。；“” ,")] * (random.random() < HEADLINES)
    size = len("".join(lines))
    while size < wanted:
        if paragraphs.texts and random.random() < SHARED:
            line = random.choice(BOILERPLATE) if random.random() < 0.1 else random.choice(paragraphs.texts)
            line = edited(line, random) if random.random() < EDITED_SHARED else line
        else:
            line = gap.join([writer.sentence() for _ in range(1 + int(random.random() * 6))])
            paragraphs.keep(line)
        lines.append(line)
        size += len(line)
    return "\n".join(lines)


def texts(random: Random) -> Iterator[str]:
    """Texts without end."""
    chinese, english = writers(random)
    languages = [(chinese, "", Memory(), Memory()), (english, " ", Memory(), Memory())]
    while True:
        subjects, gap, documents, paragraphs = languages[random.random() >= CHINESE]
        if documents.texts and random.random() < COPIES:
            text = random.choice(documents.texts)
            text = edited(text, random) if random.random() < EDITED_COPIES else text
        else:
            text = article(random.choice(subjects), gap, random, paragraphs)
            documents.keep(text)
        yield random.choice(DIRT)(text) if random.random() < DIRTY else text


def records(size: int, seed: int) -> Iterator[bytes]:
    """Lines of JSON of so many bytes together, give or take one line."""
    random = Random(seed)
    for number, text in enumerate(texts(random), 1):
        date = f"20{number % 23 + 1:02}-{number % 12 + 1:02}-{number % 28 + 1:02}"
        record = {"id": f"{number:08}", "date": date, "source": f"site-{number % 97}", "text": text}
        line = json.dumps(record, ensure_ascii=False).encode() + b"\n"
        yield line
        size -= len(line)
        if size <= 0:
            return


def main() -> None:
    """Read the command line, write the lines."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("megabytes", type=float, metavar="SIZE_MB")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sys.stdout.buffer.writelines(records(int(options.megabytes * 1e6), options.seed))


if __name__ == "__main__":
    main()
