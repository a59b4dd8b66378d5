/**
 * Words that tell routine from complex, by what they tell. A word that several languages share stands once. `*` at the
 * end: any ending. Accents and capitals do not matter. Written for this project.
 */
import type { WordKind } from './signals.ts';

const code = [
  'function*, def, const, async, await, null, undefined, select distinct, group by, left join, regex*, parser, script, hook, schema, sql query',
  'python, javascript, typescript, java, rust, golang, sql, bash, docker*, kubernetes, git, npm, pip, react, django',
  'exception*, traceback, typeerror, nullpointer*, segfault, stack trace, compile*, unit test*, deadlock*, race condition*',
  'algorithm*, recursion, recursive, mutex, thread*, goroutine*, pointer*, struct, enum, lambda, callback*, closure*',
  'codebase, repository, pull request, commit, refactor*, middleware, backend, frontend, framework, compiler, interpreter, lock free, thread safe, data structure*, state machine, o 1',
];

const maths = [
  'prove, proof, theorem, lemma, integral*, derivative*, differentia*, equation*, probabilit*, matrix, matrices, vector*',
  'eigen*, polynomial*, converge*, diverge*, expected value, variance, standard deviation, combinator*, permutation*',
  'modulo, prime number*, prime, logarithm*, sine, cosine, geometr*, triangle*, inequality, bayes*, quadratic, calculus',
  'solve for, per cent of, how many ways, at random, dice, coin, remainder, divisible, by induction, irrational, rational number*, integers, perfect square, closed form, without replacement, uniform, continuous, eigenvalue*, sequence, series, digit numbers, expect, on average, chance, likely, odds, factorial',
  'beweis*, gleichung*, wahrscheinlichkeit*, ableitung*, integrier*, demontre*, demuestr*, demostrar, ecuacion*, probabilidad*',
  'derivee*, integrale*, equazion*, dimostra*, probabilita*, demonstre, equac*, bewijs, kans op, докаж*, уравнени*, вероятност*, интеграл*',
  '证明, 方程, 概率, 积分, 导数, 矩阵, 定理, 数列, 証明, 方程式, 確率, 積分, 微分, 行列, 증명, 방정식, 확률, 적분',
];

const technical = [
  'api, apis, endpoint*, webhook*, oauth, sso, saml, scim, dns, dkim, spf, tls, ssl, firewall*, proxy, vpn',
  'database*, schema*, query, queries, index*, latency, throughput, cache*, cluster*, production, staging, deploy*',
  'integration*, sync*, migrat*, timezone*, time zone*, utc, csv, json, xml, payload*, cron, logs',
  'concurren*, distributed, transaction*, replica*, idempoten*, rate limit*, timeout*, sdk, memory, heap, p99, gateway, load balancer, ip, dmarc, licences, merge*, rollback, roll back, downtime, backup, restore, region, permissions, audit',
  'architecture, microservice*, queue*, event, events, kafka, redis, postgres*, mysql, mongodb, aws, azure, gcp, terraform',
  'schnittstelle*, datenbank*, zertifikat*, base de donnees, base de datos, banca dati, banco de dados, сервер*, база данных, базы данных',
  '接口, 数据库, 服务器, 部署, 架构, 缓存, 同步, データベース, サーバー, 認証, 連携, 데이터베이스, 서버, 연동',
];

const reasoning = [
  'why, explain why, analyse, analyze, analysis, analyzing, compare, comparison, contrast, evaluat*, assess*, justif*, reason through',
  'explain, derive, show that, show how, in which order, what would, how would, would you, what should, should i, should we, how come, how can we, how do we, how could, what could, what else, what are my options, what happens if, is it worth, which of the, which is right, which one of, how is that possible, work it through, propose, suggest a plan, recommend*, decide, convince*, is it rational, better off, cheaper to, smarter to, a fair, fair to, plausible, rank, what follows from, root cause*, trade off*, tradeoff*, pros and cons, implication*, consequence*, hypothes*, infer, deduce, interpret*',
  'step by step, think through, work out, figure out, diagnos*, debug*, investigat*, critique, argue, argument*, reconcil*',
  'optimal*, optimi*, prioriti*, strateg*, estimate, forecast*, what would happen, how would you, which of, best way, best approach',
  'warum, woran, erklare, weshalb, wieso, welche der beiden, was steht mir zu, wie gehe ich, wie kommen wir, soll ich, lohnt es sich, wer muss, rechnen sie mir vor, stelle gegenuber, erorter*, schlage vor, welche lehren, wie sieht, analysier*, vergleich*, bewerte*, abwag*, begrund*, ursache*, beurteil*, vor und nachteile, herausfinden',
  'pourquoi, explique*, expliquez, d ou cela, que dit, quel recours, lequel, laquelle, que dois je, dois je, comment contester, comment prouver, a qui, compare*, evalue*, justifie*, avantages et inconvenients, consequence, raisonnement, diagnosti*, demontrer',
  'por que, explica*, que me conviene, me conviene, a quien, como demuestro, que valor, que parte, senala*, deberia, cual de, compara*, evalua*, justifica*, ventajas y desventajas, razona*, diagnostic*, causa raiz, averigu*',
  'perche, spiega*, quale dei, dovrei, conviene, come contestare, come posso contestare, confronta*, valuta, giustifica*, pro e contro, vantaggi e svantaggi, ragiona*',
  'explique, analise, compare, avalie, a quem devo, o que posso exigir, deveria, qual dos, com que fundamento, leg uit, waarom zou, welke van, justifique, vantagens e desvantagens, raciocin*, waarom, vergelijk*, beoordeel*, onderbouw*, afweg*',
  'почему, объясни*, на каком основании, что делать дальше, стоит ли, какой из, сравни*, оцени*, обоснуй*, объясни почему, причин*',
  '为什么, 为何, 怎么算, 说明, 应该怎么, 以哪个为准, 可以要求什么, 是否应该, 哪个更, 分析, 比较, 对比, 评估, 权衡, 推导, 优缺点, 论证, 原因, 诊断, なぜ, どちらが正しい, どうすれば, どのように, 理由, 説明して, べきか, 論じ, 挙げ, 評価, 考察, 原因, 根拠, 検討, 왜, 어떤 근거, 설명해, 어떤 절차, 비교, 평가, 원인, 장단점',
];

const task = [
  'design, implement*, build a, build an, develop, write an essay, write a script, write a python, write a scene, create a, outline, construct, make the case, best case, plan a, policy brief, monologue, in rust, in haskell, from scratch, write a program, write a script, write code, write a function, migrate, architect',
  'essay, report, business plan, proposal*, roadmap, plan for, draft a contract, research, thesis, chapter, screenplay, short story, novel, sonnet, eulogy, curriculum, treaty, statement for',
  'optimise, optimize, rewrite this, restructure*, simulat*, specification*, test plan, playbook, post mortem, postmortem',
  'entwirf, entwerf*, entwickle*, implementier*, konzept*, schreibe ein programm, schreib ein skript, aufsatz, gutachten',
  'concois, concevez, concevoir, developpe*, redige un rapport, redigez, dissertation, elabore*, ecris un programme',
  'disena, disene, desarrolla*, implementa*, redacta un informe, ensayo, elabora*, escribe un programa, progetta*, sviluppa*, scrivi un programma, saggio',
  'projete, desenvolva*, escreva um programa, relatorio, ontwerp*, ontwikkel*, schrijf een programma, разработай*, спроектиру*, напиши программу, реализуй*',
  '设计, 实现, 编写, 撰写, 方案, 重构, 迁移, 論文, 设计一个, 設計, 実装, 作成して, 計画, 移行, 提案書, 설계, 구현, 작성해, 계획',
];

const conflict = [
  'however, although, even though, despite, but when, but then, contradict*, conflict*, inconsisten*, disput*, disagree*, instead of',
  'you say, you said, they say, he says, she says, says that, says it, say it, say that, each blame, blames, owe, owed, owes, entitled, liable, who pays, who has to pay, fault, wrong, unfair, prove, evidence, proof, appeal, contest, reassess, dispute, refunded, refund or, arrears, penalty, deducted, overcharged, lost, losing, without a word, locked out, untangle, reconcile, ombudsman, terms, court order, binding, binds, refus*, denied, escalat*, complain*, legal*, lawyer*, attorney*, regulator*, gdpr, liab*, breach*, the contract, our contract, my contract, contract says, clause*',
  'already tried, already sent, tried everything, third time, second time, again and again, keeps, still not, still get*, nobody, no one',
  'supposed to, promised, was told, were told, told me, agent said, your colleague, exception*, compensat*, damages, discrepan*, mismatch*',
  'intermittent*, sometimes, at random, randomly, although i, have tried, tried four, without success, fails, failed, failing, broken, missing, vanished, duplicate*, duplicated, twice, three times, stopped, drops, doubled, less than i, more than i, half of, never came, never got, nobody can, different balance, only when, only on, only for, ever since, since the update, after the update, worked before, double charge*, charged twice, wrongly',
  'unauthori*, fraud*, chargeback*, stolen, hacked, compromised, police, court, estate, deceased, died, death, divorce*, custody, injur*',
  'jedoch, obwohl, trotzdem, widerspr*, anwalt*, rechtlich*, beschwer*, schon mehrfach, immer wieder, immer noch, zugesagt, versprochen, abgelehnt, kulanz*, mahnung*, doppelt abgebucht, betrug*, verstorben*, frist*, vertrag*',
  'pourtant, cependant, bien que, malgre, contredi*, avocat*, juridique*, litige*, reclamation*, deja essaye, toujours pas, promis, refuse*, preleve deux fois, fraude*, decede*, contrat*, remboursement partiel',
  'sin embargo, aunque, a pesar de, contradic*, abogado*, reclamacion*, ya intente, ya he intentado, sigue sin, prometi*, rechaz*, cobrado dos veces, cobraron dos veces, fallecid*, contrato*',
  'tuttavia, sebbene, nonostante, contraddi*, avvocato, reclamo, ancora non, promesso, rifiutat*, addebitato due volte, deceduto, contratto',
  'no entanto, embora, apesar de, advogado, reclamacao, prometeram, recusa*, cobrado duas vezes, falecid*, echter, hoewel, ondanks, advocaat, klacht*, nog steeds, beloofd, geweigerd, dubbel afgeschreven, overleden',
  'однако, хотя, несмотря, юрист*, претензи*, жалоб*, обещал*, отказал*, дважды, противореч*, договор*, до сих пор',
  '但是, 然而, 虽然, 投诉, 律师, 合同, 重复扣款, 扣了两次, 仍然, 还是不, 之前答应, 拒绝, 矛盾, 赔偿, 欺诈',
  'しかし, にもかかわらず, 矛盾, 苦情, 弁護士, 契約, 二重請求, まだ解決, 約束, 拒否, 補償, 不正利用, 하지만, 그런데, 모순, 변호사, 계약, 이중 결제, 여전히, 약속, 거절, 보상',
];

const condition = [
  'must, unless, except, without, at least, at most, no later than, only if, only for, only on, assuming, given that, suppose, provided that, such that, so that',
  'depending, depends, otherwise, neither, either, whereas, taking into account, both of, each of, without losing, without breaking, without downtime, trade off, under the, in the meantime, on what basis, by when, and who, and what, and how, and why, and which',
  'constraint*, requirement*, consider*, ensure, guarantee*, no more than, respectively, before and after',
  'muss, mussen, ausser, ohne, mindestens, hochstens, nur wenn, falls, sowohl, angeblich, einerseits, angenommen, berucksichtig*, jeweils, bevor',
  'doit, doivent, sauf, sans, au moins, au plus, seulement si, supposons, en tenant compte, chaque, afin de, tandis que, alors que',
  'debe, deben, salvo, excepto, sin, al menos, como maximo, solo si, supongamos, teniendo en cuenta, cada, mientras, siempre que',
  'deve, devono, senza, almeno, tranne, a meno che, supponiamo, ciascun*, mentre, devem, sem, pelo menos, exceto, suponha, enquanto, moet, zonder, minstens, tenzij, stel dat, rekening houdend, terwijl',
  'должен, должн*, если, без, кроме, не менее, не более, при условии, каждый, учитыва*',
  '必须, 如果, 除非, 至少, 最多, 假设, 并且, 不超过, 考虑, 每个, 同时, 必ず, もし, 場合, 少なくとも, 以内, ただし, かつ, 条件, 해야, 만약, 경우, 최소, 단, 조건, 각각',
];

const routine = [
  'where is, where s, where can i, where do i, when will, when does, when s, opening hours, open on, phone number, email address, reset my, reset your, forgot my, password, sign in, sign up',
  'change my, cancel my, cancel order, invoice, delivery address, deliver to, send me, send it, sent again, look it up, i d like to, i would like to, we d like to, many could you tell me, book the, book a, to book, pick it up, add a, left my, lost my, return label, in stock, size, discount code, gift card*',
  'how do i, can i get, can i pay, can i bring, can i change, do you have, do you sell, do you ship, do you offer, do you deliver, is there a, please send, resend, link, what time, store, coupon*, do i need to, do i have, what s the, what are the, which of your',
  'synonym*, opposite of, plural of, capital of, what is the, what is a, what does, mean, who is, who was, who wrote, who painted, when was, when is, when does, what year, define, definition of, stand for, stands for',
  'recipe for, joke, title for, name for, subject line, shortcut, one liner, how many, how much is, how long, how tall, which is the, what version, what port, command to, syntax of',
  'wo ist, wo finde, wann kommt, wann ist, offnungszeiten, passwort*, anmelden, kundigen, rechnung*, lieferung, versand*, rucksendeetikett, adresse andern, gutschein*, wie kann ich, wie andere ich, kann ich, hauptstadt',
  'ou est, ou puis je, quand arrive, horaires, mot de passe, connexion, facture*, livraison, annuler, changer mon, modifier mon, comment puis je, capitale, puis je, code promo',
  'donde esta, donde puedo, cuando llega, horario*, contrasena, iniciar sesion, factura*, envio, cancelar mi, cambiar mi, como puedo, capital de, puedo, cupon',
  'dove e, dove posso, quando arriva, orari*, fattura*, spedizione, annullare, cambiare, come posso, capitale di',
  'onde esta, onde posso, quando chega, senha, fatura, entrega, como posso, waar is, waar kan, wanneer komt, openingstijden, wachtwoord, factuur, bezorging, hoe kan ik, hoofdstad',
  'где мой, где найти, когда придет, пароль, войти, счет, доставк*, столица, как изменить, как отменить',
  '在哪里, 什么时候到, 什么时候, 怎么修改, 如何修改, 密码, 发票, 快递, 物流, 退货, 首都, 营业时间, 优惠券, 怎么取消',
  'どこ, いつ届, いつ, パスワード, 領収書, 配送, 返品, 教えてください, 首都, 営業時間, 解約方法, 변경하고, 어디, 언제, 비밀번호, 영수증, 배송, 수도, 영업시간',
];

/** Work on a text that is given; only where the text begins or ends, for what is given may hold any words. */
const edit = [
  'translate, summarise, summarize, summary, in one line, in one sentence, in two sentences, rephrase, rewrite in, rewrite as, paraphrase, shorten, shorter, make this sound, put these, put this date, put the verbs, turn this, turn these, turn the',
  'fix the spelling, fix the grammar, fix the typos, fix the indentation, correct the, spell*, misspelled, typos, grammar, punctuation, capitalise, capitalize, uppercase, lowercase, tone of, change the tone, sound more, informal, third person, past tense',
  'extract, find all, list the, list all, give me only, sort this, sort the, sort these, in alphabetical order, into a table, bullet points, convert, rename, replace the, format this, indent*, add comments, add a comment, add a docstring, markdown, classify, sentiment, positive or negative, fill in, which of these',
  'ubersetz*, korrigier*, fasse zusammen, zusammenfass*, formuliere, rechtschreibung, kurze, traduis*, traduire, corrige*, resume ce, resume le, resume la, reformule*, traduce, traducir, traduza, vertaal, traduci, correggi, riassumi, resuma',
  'переведи*, исправь, перескажи, сократи, 翻译, 翻成, 改成, 改得, 更礼貌, 总结一下, 纠正, 翻訳, 訳して, 丁寧に, 要約, 直して, 번역, 요약해, 고쳐',
];

/** Words of sequence: each is a step. */
const steps =
  'first, firstly, second, secondly, third, then, next, afterwards, finally, after that, step, zuerst, dann, danach, anschliessend, schliesslich, abord, ensuite, puis, enfin, primero, luego, despues, finalmente, prima, poi, infine, primeiro, depois, eerst, daarna, vervolgens, сначала, затем, потом, 首先, 然后, 接着, 最后, まず, 次に, 最後に, 먼저, 다음, 마지막으로';

export const wordLists: Readonly<Record<WordKind | 'step', readonly string[]>> = {
  code: listed(code),
  maths: listed(maths),
  technical: listed(technical),
  reasoning: listed(reasoning),
  task: listed(task),
  conflict: listed(conflict),
  condition: listed(condition),
  routine: listed(routine),
  edit: listed(edit),
  step: listed([steps]),
};

function listed(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => line.split(', '));
}
